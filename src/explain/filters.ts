import type { Model } from "../nn/index.js";
import { show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { checkModel } from "../training/given.js";
import { ExplainError } from "./explain-error.js";
import { type Method, mapsOption } from "./method.js";

/**
 * The filters of a convolution, as they are now: kH×kW×C×F. On three channels, those of a first layer, each is a
 * small picture.
 *
 * @param layer  the first one that has filters, if left out
 * @throws ExplainError where the model is not built or the layer has no filters: names those that have
 * Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012, figure 3.
 */
export async function filters(model: Model, layer?: string): Promise<{ layer: string; filters: Tensor }> {
  checkModel("filters", model);
  const found = [...model.parameters].filter(([path, w]) => path.endsWith(ending) && w.rank === 4);
  const layers = found.map(([path]) => path.slice(0, -ending.length));
  if (layers.length === 0)
    throw new ExplainError(
      `filters: ${model.name} ${model.inputShape ? "has no convolutions" : "is not built yet"}`,
    );
  const at = layer === undefined ? 0 : layers.indexOf(layer);
  if (at < 0)
    throw new ExplainError(
      `filters: ${model.name} has no filters in "${layer}"; layers with filters are ${layers
        .map((name, i) => `${name} (${show(found[i][1].shape)})`)
        .join(", ")}`,
    );
  const [, w] = found[at];
  return { layer: layers[at], filters: Tensor.from(await w.read(), w.shape, "f32") };
}

const ending = ".filters";

export const filtersMethod: Method<{ layer: string; filters: Tensor }> = {
  name: "filters",
  title: "Filters",
  description: "the weights of a convolution",
  question: "What pattern does each filter of a convolution look for?",
  cannotSay:
    "It does not show anything that is seen behind the first layer: a filter there weighs maps, not colours.",
  about: "network",
  networks: "with convolutions",
  answer: { kind: "pictures" },
  options: [{ ...mapsOption, usual: "the first convolution", help: "the convolution" }],
  run: (network, _, { layer }) => filters(network, layer as string | undefined),
};
