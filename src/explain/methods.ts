/** The methods that explain, in the order in which a reader may want them. A new one is a file, and a line here. */
import { activationMaximisationMethod } from "./activation-maximisation.js";
import { deconvnetMethod } from "./deconvnet.js";
import { evolutionMethod } from "./evolved-images.js";
import { featureMapsMethod } from "./feature-maps.js";
import { filtersMethod } from "./filters.js";
import { foolingMethod } from "./fooling-images.js";
import { gradCamMethod, guidedGradCamMethod } from "./grad-cam.js";
import { gradientTimesInputMethod } from "./gradient-times-input.js";
import { guidedBackpropagationMethod } from "./guided-backpropagation.js";
import { integratedGradientsMethod } from "./integrated-gradients.js";
import type { HeatMapMethod, Method } from "./method.js";
import { occlusionMethod } from "./occlusion.js";
import { saliencyMethod } from "./saliency.js";
import { sanityMethod } from "./sanity-check.js";
import { smoothGradMethod } from "./smooth-grad.js";
import { topActivationsMethod } from "./top-activations.js";

/** Those whose answer is a map of numbers over each picture. */
export const heatMapMethods: readonly HeatMapMethod[] = [
  saliencyMethod,
  smoothGradMethod,
  gradientTimesInputMethod,
  integratedGradientsMethod,
  guidedBackpropagationMethod,
  gradCamMethod,
  guidedGradCamMethod,
];

/** All methods, also those whose answer is not a map. */
export const methods: readonly Method[] = [
  filtersMethod,
  featureMapsMethod,
  topActivationsMethod,
  activationMaximisationMethod,
  foolingMethod,
  evolutionMethod,
  ...heatMapMethods,
  occlusionMethod,
  deconvnetMethod,
  sanityMethod(heatMapMethods),
];
