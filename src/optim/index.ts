export { type AdamOptions, adam } from "./adam.js";
export { fromDescription } from "./description.js";
export type { Optimizer, OptimizerDescription, UpdateInputs } from "./optimizer.js";
export { constant, cosine, type Schedule, step, warmUp } from "./schedules.js";
export { type SgdOptions, sgd } from "./sgd.js";
