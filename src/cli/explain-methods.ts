/** The methods of `receptive explain`: each asks the library, and says how its answer looks on a sheet. */
import * as explain from "../explain/index.js";
import { type Answer, type Asked, layerOf } from "../report/explain/asked.js";
import {
  type Attribution,
  attributionSheet,
  deconvnetSheet,
  occlusionSheet,
  sanitySheet,
} from "../report/explain/decisions.js";
import { evolutionSheet, foolingSheet } from "../report/explain/fooling.js";
import { filterSheet, mapSheet, maximisedSheet, topSheet } from "../report/explain/units.js";

/** Options that only some methods take. */
export const methodOptions = [
  ...["layer", "unit", "class", "data", "limit", "top", "scale", "regularisation"],
  ...["steps", "size", "stride", "seed"],
] as const;

export interface Method {
  description: string;
  takesPictures: boolean;
  /** Of `methodOptions` those that change something. */
  options: readonly string[];
  /** Goes step by step: what there is when it is stopped is worth a sheet. */
  isStepwise?: boolean;
  run(asked: Asked): Promise<Answer>;
}

const aim = ["layer", "unit", "class"];
const decision = { takesPictures: true, options: aim };

export const methods: { readonly [name: string]: Method } = {
  filters: {
    description: "the weights of a convolution",
    takesPictures: false,
    options: ["layer"],
    run: filterSheet,
  },
  "feature-maps": {
    description: "every map of a layer for a picture",
    takesPictures: true,
    options: ["layer", "unit", "scale"],
    run: mapSheet,
  },
  "top-activations": {
    description: "the pictures of a data set, and the parts of them, that drive units highest",
    takesPictures: false,
    options: ["layer", "unit", "data", "limit", "top"],
    isStepwise: true,
    run: topSheet,
  },
  "activation-maximisation": {
    description: "the picture that each unit of a layer, or each class, answers to most",
    takesPictures: false,
    options: [...aim, "regularisation", "steps", "seed"],
    isStepwise: true,
    run: maximisedSheet,
  },
  fooling: {
    description: "pictures of noise that the network is sure of, by gradient",
    takesPictures: false,
    options: ["class", "steps", "seed"],
    isStepwise: true,
    run: foolingSheet,
  },
  evolution: {
    description: "pictures that the network is sure of, by evolution of pixels and of patterns",
    takesPictures: false,
    options: ["class", "steps", "seed"],
    isStepwise: true,
    run: evolutionSheet,
  },
  saliency: attributed({
    name: "Saliency",
    description: "how strongly each pixel moves the score",
    unit: "score per unit of the input",
    map: ({ network, images }, target) => explain.saliency(network.model, images, target),
  }),
  smoothgrad: attributed(
    {
      name: "SmoothGrad",
      description: "saliency of the mean gradient over noisy copies",
      unit: "score per unit of the input",
      map: ({ network, images, steps, seed }, target) =>
        explain.smoothGrad(network.model, images, { ...target, copies: steps, seed }),
    },
    ["steps", "seed"],
  ),
  "gradient-times-input": attributed({
    name: "Gradient × input",
    description: "each pixel's part in the score, to first order",
    unit: "score",
    baseline: async ({ network }) => `baseline: an input of 0, ${await explain.zeroInput(network.model)}`,
    map: ({ network, images }, target) => explain.gradientTimesInput(network.model, images, target),
  }),
  "integrated-gradients": attributed(
    {
      name: "Integrated gradients",
      description: "each pixel's part in the score",
      unit: "score",
      baseline: async () => "baseline: a black picture",
      map: ({ network, images, steps }, target) =>
        explain.integratedGradients(network.model, images, { ...target, steps }),
    },
    ["steps"],
  ),
  "guided-backpropagation": attributed({
    name: "Guided backpropagation",
    description: "the gradient without what is negative on its way",
    unit: "score per unit of the input",
    map: ({ network, images }, target) => explain.guidedBackpropagation(network.model, images, target),
  }),
  "grad-cam": {
    ...attributed({
      name: "Grad-CAM",
      description: "where the maps of a layer speak for the class",
      unit: "score",
      looksAt: (asked) => layerOf(asked, "gradCam"),
      map: ({ network, images, layer }, target) =>
        explain.gradCam(network.model, images, { ...target, layer }),
    }),
    options: ["layer", "class"],
  },
  "guided-grad-cam": {
    ...attributed({
      name: "Guided Grad-CAM",
      description: "guided backpropagation where Grad-CAM points",
      unit: "product of the two",
      looksAt: (asked) => layerOf(asked, "gradCam"),
      map: ({ network, images, layer }, target) =>
        explain.guidedGradCam(network.model, images, { ...target, layer }),
    }),
    options: ["layer", "class"],
  },
  occlusion: {
    ...decision,
    description: "what hiding each part of a picture costs the class",
    options: [...aim, "size", "stride"],
    run: occlusionSheet,
  },
  deconvnet: {
    description: "units of a layer projected back to the pixels that drove them",
    takesPictures: true,
    options: ["layer", "unit"],
    run: deconvnetSheet,
  },
  "sanity-check": {
    description: "which methods depend on what was learned: maps while weights become random",
    takesPictures: false,
    options: ["layer", "data", "limit", "seed"],
    isStepwise: true,
    run: sanitySheet,
  },
};

function attributed(method: Attribution, more: readonly string[] = []): Method {
  return {
    ...decision,
    options: [...aim, ...more],
    description: method.description,
    run: (asked) => attributionSheet(asked, method),
  };
}
