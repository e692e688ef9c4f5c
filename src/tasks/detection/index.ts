/** Objects in pictures: how well boxes are found. */
export type { RankedPlace } from "../../training/objectives/average-precision.js";
export { type Found, gathered, type KeptDetections, type TrueBox } from "./boxes.js";
export {
  type CocoPrecision,
  type CocoPrecisionOptions,
  type CocoScores,
  cocoPrecision,
} from "./coco-precision.js";
export {
  type ClassPrecision,
  type VocPrecision,
  type VocPrecisionOptions,
  vocPrecision,
} from "./voc-precision.js";
