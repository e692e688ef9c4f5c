/** Pictures of coloured shapes, drawn by code, with boxes, masks and captions. */
export { colourNames, heldOutPairs, shapeNames } from "./kinds.js";
export {
  type DrawnPicture,
  type DrawnShape,
  type ShapePictures,
  type ShapesOptions,
  shapeAnnotations,
  shapes,
} from "./pictures.js";
