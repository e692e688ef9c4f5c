import { optionsOf } from "../door/options.js";
import { text } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { compile } from "../tensor/compile.js";
import { settle, type Tensor } from "../tensor/tensor.js";
import { type Method, mapsOption, unitOption } from "./method.js";
import { picturesFor } from "./pictures.js";
import { running } from "./rules.js";
import { parts, type Running } from "./running.js";
import { lastMaps } from "./usual-layers.js";
import { ofAny } from "./view.js";
import { mapsOf, outputAt } from "./walk.js";

/**
 * Every map of a layer for each picture: what its filters answer, where.
 *
 * @param images         N×H×W×C
 * @param options.layer  the last maps before they are pooled (`lastMaps`) if left out
 * @returns              N×h×w×F, the layer's output as it is
 * @throws ExplainError where there is no such layer, or it has no height and width
 * Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, ECCV 2014; Yosinski et al., arXiv:1506.06579,
 * section 2.
 */
export const featureMaps = ofAny("featureMaps", { ofLayers: true })(async function featureMaps(
  model: Model,
  images: Tensor,
  options: { layer?: string } & Running = {},
): Promise<Tensor> {
  const { layer: named } = optionsOf("featureMaps", options, { ...running, layer: text });
  const done = parts(options, 1);
  const x = await picturesFor("featureMaps", model, images);
  const layer = named ?? lastMaps(model, { speaker: "featureMaps" });
  mapsOf(model, layer, "featureMaps");
  const maps = await compile((pictures: Tensor) => outputAt(model, pictures, layer))(x);
  await settle([maps]);
  await done(1);
  return maps;
});

export const featureMapsMethod: Method<Tensor> = {
  name: "feature-maps",
  title: "Feature maps",
  description: "every map of a layer for a picture",
  question: "What does each filter answer, where in the picture?",
  cannotSay: "It does not say what the answers are good for: a strong map need not have a part in the class.",
  about: "pictures",
  networks: "with maps before the answer",
  answer: { kind: "pictures" },
  options: [mapsOption, unitOption],
  run: (network, { images }, { unit: _, ...options }) => featureMaps(network, images!, options),
};
