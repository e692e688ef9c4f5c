/** Objects in pictures: a network that finds them, its training, and how well boxes are found. */

export type { RankedPlace } from "../../training/objectives/average-precision.js";
export { type Found, gathered, type KeptDetections, type TrueBox } from "./boxes.js";
export {
  type CocoPrecision,
  type CocoPrecisionOptions,
  type CocoScores,
  cocoPrecision,
} from "./coco-precision.js";
export { type BoxConfusionOptions, boxConfusion } from "./confusion.js";
export type { FoundBoxes } from "./decoding.js";
export {
  type DetectionData,
  type DetectionEvaluation,
  type DetectionEvaluationOptions,
  type DetectionOptions,
  Detector,
  load,
} from "./detector.js";
export {
  type AnchorGrid,
  anchorsAt,
  centredAnchors,
  type PublishedAnchorsOptions,
  publishedAnchors,
} from "./faster-rcnn/anchors.js";
export type { Sampling } from "./faster-rcnn/matching.js";
export {
  type FasterRcnn,
  type FasterRcnnInput,
  type FasterRcnnOptions,
  fasterRcnn,
} from "./faster-rcnn/network.js";
export { type RegionObjectiveOptions, regionObjective } from "./faster-rcnn/objective.js";
export { findRegions, type SeenSize } from "./faster-rcnn/pictures.js";
export type { LevelOutputs, Proposals } from "./faster-rcnn/proposals.js";
export {
  type RegionNetwork,
  type RegionNetworkOptions,
  type RegionOutputs,
  regionNetwork,
} from "./faster-rcnn/region-network.js";
export type { Detection } from "./looked.js";
export {
  type DetectionNetwork,
  type DetectionNetworkOptions,
  detectionNetwork,
  type PlaceOutputs,
} from "./model.js";
export { type DetectionObjectiveOptions, detectionObjective } from "./objective.js";
export { type DetectionSteps, detectionSteps, type ScoredBox } from "./steps.js";
export {
  type Candidate,
  type SuppressionOptions,
  type SuppressionStep,
  suppressionSteps,
} from "./suppression-steps.js";
export type { BoxNetwork, DetectorFit } from "./told-boxes.js";
export { type DetectionBeginning, type DetectionTrainingOptions, train } from "./train.js";
export {
  type ClassPrecision,
  type VocPrecision,
  type VocPrecisionOptions,
  vocPrecision,
} from "./voc-precision.js";
export { type ExplainedBox, type WhyBoxesOptions, whyBoxes } from "./why.js";
