/** A class for each pixel: networks that say it, their training, and how well pixels are labelled. */
export { type ClassWeights, classWeights, type PixelCounts } from "./class-weights.js";
export { ConfusionMatrix, type SegmentationScores } from "./confusion.js";
export { type DiceOptions, dice } from "./dice.js";
export { type DeconvnetOptions, deconvnet } from "./networks/deconvnet.js";
export { beginInterpolating, type FcnOptions, type FcnVariant, fcn } from "./networks/fcn.js";
export type { SegmentationNetwork } from "./networks/nodes.js";
export { type SegnetOptions, segnet } from "./networks/segnet.js";
export { type SegmentationNetworkOptions, segmentationNetwork } from "./networks/small.js";
export { type UnetOptions, unet } from "./networks/unet.js";
export {
  load,
  type SegmentationData,
  type SegmentationEvaluation,
  type SegmentationEvaluationOptions,
  type SegmentationOptions,
  type SegmentedPicture,
  Segmenter,
  type SegmenterSetting,
} from "./segmenter.js";
export { type SegmentationBeginning, type SegmentationTrainingOptions, train } from "./train.js";
