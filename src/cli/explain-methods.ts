/** The methods of `receptive explain`: each asks the library, and says how its answer looks on a sheet. */
import * as explain from "../explain/index.js";
import type { ContactSheet } from "../report/pictures/contact-sheet.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Asked, aimed, aimedAtClass } from "./explain-asked.js";
import { attributionSheet, deconvnetSheet, occlusionSheet, sanitySheet } from "./explain-decisions.js";
import { evolutionSheet, foolingSheet } from "./explain-fooling.js";
import { filterSheet, mapSheet, maximisedSheet, topSheet } from "./explain-units.js";

interface Method {
  description: string;
  takesPictures: boolean;
  run(asked: Asked): Promise<ContactSheet>;
}

export const methods: { readonly [name: string]: Method } = {
  filters: {
    description: "the weights of a convolution",
    takesPictures: false,
    run: filterSheet,
  },
  "feature-maps": {
    description: "every map of a layer for a picture",
    takesPictures: true,
    run: mapSheet,
  },
  "top-activations": {
    description: "the pictures of a data set, and the parts of them, that drive units highest",
    takesPictures: false,
    run: topSheet,
  },
  "activation-maximisation": {
    description: "the picture that each unit of a layer, or each class, answers to most",
    takesPictures: false,
    run: maximisedSheet,
  },
  fooling: {
    description: "pictures of noise that the network is sure of, by gradient",
    takesPictures: false,
    run: (asked) => foolingSheet(asked, "by gradient", explain.foolingImages),
  },
  evolution: {
    description: "pictures that the network is sure of, by evolution of pixels and of patterns",
    takesPictures: false,
    run: evolutionSheet,
  },
  saliency: attributed("how strongly each pixel moves the score", (asked) =>
    explain.saliency(asked.network.model, asked.images, aimed(asked)),
  ),
  smoothgrad: attributed("saliency of the mean gradient over noisy copies", (asked) =>
    explain.smoothGrad(asked.network.model, asked.images, {
      ...aimed(asked),
      copies: asked.steps,
      seed: asked.seed,
    }),
  ),
  "gradient-times-input": attributed("each pixel's part in the score, to first order", (asked) =>
    explain.gradientTimesInput(asked.network.model, asked.images, aimed(asked)),
  ),
  "integrated-gradients": attributed("each pixel's part in the score, from black on", (asked) =>
    explain.integratedGradients(asked.network.model, asked.images, { ...aimed(asked), steps: asked.steps }),
  ),
  "guided-backpropagation": attributed("the gradient without what is negative on its way", (asked) =>
    explain.guidedBackpropagation(asked.network.model, asked.images, aimed(asked)),
  ),
  "grad-cam": attributed("where the maps of a layer speak for the class", (asked) =>
    explain.gradCam(asked.network.model, asked.images, { ...aimedAtClass(asked), layer: asked.layer }),
  ),
  "guided-grad-cam": attributed("guided backpropagation where Grad-CAM points", (asked) =>
    explain.guidedGradCam(asked.network.model, asked.images, { ...aimedAtClass(asked), layer: asked.layer }),
  ),
  occlusion: {
    description: "the class's probability while a grey square slides over the picture",
    takesPictures: true,
    run: occlusionSheet,
  },
  deconvnet: {
    description: "units of a layer projected back to the pixels that drove them",
    takesPictures: true,
    run: deconvnetSheet,
  },
  "sanity-check": {
    description: "which methods depend on what was learned: maps while weights become random",
    takesPictures: false,
    run: sanitySheet,
  },
};

function attributed(description: string, method: (asked: Asked) => Promise<Tensor>): Method {
  return {
    description,
    takesPictures: true,
    run: (asked) => attributionSheet(asked, description, method),
  };
}
