/** What a network has learned: every method a function of a model, which stays as it is. */
export { deconvnet, type Projection } from "./deconvnet.js";
export { ExplainError } from "./explain-error.js";
export type { Box } from "./field.js";
export { type GradCamOptions, gradCam, guidedGradCam } from "./grad-cam.js";
export { gradientTimesInput } from "./gradient-times-input.js";
export { guidedBackpropagation } from "./guided-backpropagation.js";
export { type IntegratedGradientsOptions, integratedGradients } from "./integrated-gradients.js";
export { type Occlusion, type OcclusionOptions, occlusion } from "./occlusion.js";
export type { Running } from "./running.js";
export { type Aimed, saliency } from "./saliency.js";
export { type SmoothGradOptions, smoothGrad } from "./smooth-grad.js";
export type { Target, Unit } from "./target.js";
