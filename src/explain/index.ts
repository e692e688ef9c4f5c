/** What a network has learned: every method a function of a model, which stays as it is. */

export type { Snapshot } from "../training/fit-events.js";
export {
  type ActivationMaximisationOptions,
  activationMaximisation,
  type Maximised,
  type Regularisation,
  regularisations,
} from "./activation-maximisation.js";
export { type Answers, answers } from "./answers.js";
export { type DeconvnetOptions, deconvnet, type Projection } from "./deconvnet.js";
export { type DreamFrame, type DreamOptions, deepDream } from "./deep-dream.js";
export { type EvolutionOptions, evolvedImages } from "./evolved-images.js";
export { ExplainError } from "./explain-error.js";
export { featureMaps } from "./feature-maps.js";
export type { Box } from "./field.js";
export { filters } from "./filters.js";
export {
  type Fooling,
  type FoolingOptions,
  foolingImages,
  type GradientFoolingOptions,
} from "./fooling-images.js";
export { pixelsSeen, unitsSeeing } from "./geometry.js";
export { type GradCamOptions, gradCam, guidedGradCam } from "./grad-cam.js";
export { gradientTimesInput } from "./gradient-times-input.js";
export { guidedBackpropagation } from "./guided-backpropagation.js";
export { type IntegratedGradientsOptions, integratedGradients } from "./integrated-gradients.js";
export { type LayerOutput, type LayerOutputsOptions, layerOutputs } from "./layer-outputs.js";
export type { HeatMapMethod, Method, MethodAnswer, MethodOption, MethodSubject } from "./method.js";
export { namedOptions } from "./method.js";
export { heatMapMethods, methods } from "./methods.js";
export { type Occlusion, type OcclusionOptions, occlusion } from "./occlusion.js";
export { zeroInput } from "./pictures.js";
export type { Frame, Running, Showing, Stepwise } from "./running.js";
export { type Aimed, saliency } from "./saliency.js";
export { type MapMethod, type Sanity, type SanityOptions, sanityCheck } from "./sanity-check.js";
export { type SmoothGradOptions, smoothGrad } from "./smooth-grad.js";
export { type SnapshotOptions, snapshot } from "./snapshot.js";
export { strongestUnits } from "./strongest-units.js";
export { type Styled, type StyleFrame, type StyleOptions, style } from "./style.js";
export type { Target, Unit } from "./target.js";
export { type Hit, type TopActivationsOptions, topActivations } from "./top-activations.js";
export { dreamLayer, lastMaps, type StyleLayers, usualLayers } from "./usual-layers.js";
export { type Of, type Seen, view } from "./view.js";
export { classLayers, layersWithMaps, unitCount } from "./walk.js";
