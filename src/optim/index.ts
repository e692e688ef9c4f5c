export { type AdadeltaOptions, adadelta } from "./adadelta.js";
export { type AdagradOptions, adagrad } from "./adagrad.js";
export { type AdamOptions, adam, adamW } from "./adam.js";
export { clipNorm } from "./clip-norm.js";
export { clipValue } from "./clip-value.js";
export { fromDescription } from "./description.js";
export { type LazyRowsOptions, lazyRows } from "./lazy-rows.js";
export { type Learner, learner, type StepTensors, stepTensors } from "./learner.js";
export { type MaxNormOptions, maxNorm } from "./max-norm.js";
export { type MinimizeEvent, type MinimizeOptions, type MinimizeResult, minimize } from "./minimize.js";
export {
  eachParameter,
  type Memory,
  type Optimizer,
  type OptimizerDescription,
  type Tensors,
  type Updated,
  type UpdateInputs,
} from "./optimizer.js";
export { type RmspropOptions, rmsprop } from "./rmsprop.js";
export {
  constant,
  cosine,
  type EpochScores,
  type Length,
  oneCycle,
  plateau,
  type Schedule,
  type Scored,
  step,
  warmUp,
} from "./schedules.js";
export { type SgdOptions, sgd } from "./sgd.js";
