/** Receptive: build, train, look inside and ship convolutional neural networks. */
export { grad, gradients, valueAndGrad } from "./autodiff/gradients.js";
export type { AnyDataset, Dataset, ExampleStream, Examples, StreamedDataset } from "./data/index.js";
export * as explain from "./explain/index.js";
export * as features from "./features/index.js";
export * as formats from "./formats/index.js";
export type { Loss } from "./losses/index.js";
export * as losses from "./losses/index.js";
export * as models from "./models/index.js";
export { loadWeights } from "./models/load-weights.js";
// By their own names: a page that uses neither loads neither.
export { HubError, type HubOptions, openHub } from "./models/open-hub.js";
export { type PixelScaling, withPixelScaling } from "./models/pixel-scaling.js";
export type { Layer, Model, Network, Scope } from "./nn/index.js";
export * as nn from "./nn/index.js";
export { full, ones, zeros } from "./ops/fill.js";
export * from "./ops/index.js";
export { range } from "./ops/range.js";
export type { Optimizer, Schedule } from "./optim/index.js";
export * as optim from "./optim/index.js";
export * as data from "./public-data.js";
export type { Device } from "./runtime/device.js";
export { configure, type DeviceSettings, device, openDevice } from "./runtime/devices.js";
export { DeviceError } from "./runtime/machine-choice.js";
export { OutOfMemoryError } from "./runtime/memory.js";
export { type Profile, profile, type Trace, type TraceEvent } from "./runtime/profile.js";
export { assign, type Compiled, type CompileOptions, compile, type Results } from "./tensor/compile.js";
export { compute } from "./tensor/compute.js";
export { type Nested, tensor } from "./tensor/creation.js";
export type { NumberArray } from "./tensor/numbers.js";
export * as random from "./tensor/random.js";
export { type Shape, ShapeError, show } from "./tensor/shapes.js";
export {
  type DType,
  type Tensor,
  type TypedArray,
  type Variable,
  variable,
} from "./tensor/tensor.js";
export type { Like, ShapeTree, Tree, TreeOf, Values } from "./tensor/tree.js";
export type { AverageOptions } from "./training/averaging.js";
export {
  type Checkpoint,
  checkpointOf,
  encodeCheckpoint,
  type History,
  modelOf,
  setModelWeights,
  type TrainingState,
} from "./training/checkpoint.js";
export { type EvaluateOptions, type Evaluation, evaluate, type Mistake } from "./training/evaluate.js";
export {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRateCurve,
} from "./training/find-lr.js";
export { type FitEvent, type FitOptions, fit } from "./training/fit.js";
export type { DoneEvent, EpochEvent, Measured, StepEvent } from "./training/fit-events.js";
export { type FullBatchOptions, fitFullBatch } from "./training/full-batch.js";
export { setWeights, type WeightsHolder, weightsOf } from "./training/model-weights.js";
export type {
  BatchTensors,
  Classes,
  Cost,
  Kept,
  Objective,
  Scores,
  Sums,
  Term,
  Trainable,
} from "./training/objective.js";
export type { ObjectiveEvaluation, ObjectiveEvaluationOptions } from "./training/objective-evaluation.js";
export * as objectives from "./training/objectives/index.js";
export { decodeCheckpoint, load, save } from "./training/opened-checkpoint.js";
export { pixelsFor } from "./training/pixels.js";
export { predict } from "./training/predict.js";
export {
  type PreviewedLayer,
  type PreviewedStep,
  type PreviewOptions,
  previewStep,
} from "./training/preview-step.js";
export {
  type PrincipalComponents,
  principalComponents,
  projected,
  projectionError,
} from "./training/principal-components.js";
export {
  evaluateReconstruction,
  type Reconstruction,
  type ReconstructionOptions,
  reconstructed,
} from "./training/reconstruction.js";
export type { Target } from "./training/target.js";
export type { Training } from "./training/training.js";
export type { TrainingSource } from "./training/training-data.js";
export { TrainingError } from "./training/training-error.js";
export { transferOf } from "./training/transfer.js";
export type { Weights } from "./training/weights.js";
export { WeightsError } from "./training/weights-checks.js";
