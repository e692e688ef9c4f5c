/** `data` of the library: data sets, and pictures as tensors. */
export * from "./data/index.js";
export {
  type PictureFromOptions,
  type PictureSource,
  type PixelData,
  pictureFrom,
} from "./images/picture-from.js";
