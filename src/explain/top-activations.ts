import { batches } from "../data/batches.js";
import type { AnyDataset } from "../data/dataset.js";
import { optionsOf } from "../door/options.js";
import { fromOneOn } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { argmax, max } from "../ops/extremes.js";
import { reshape } from "../ops/reshape.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkModel } from "../training/given.js";
import { pixelsFor } from "../training/pixels.js";
import { type Box, boxSeen } from "./field.js";
import { amount, type Method, mapsOption, unitOption } from "./method.js";
import { stepwise } from "./rules.js";
import { parts, type Stepwise } from "./running.js";
import { lastMaps } from "./usual-layers.js";
import { throughView } from "./view.js";
import { outputsAt, placeOf } from "./walk.js";

/** Layers and number of pictures of {@link topActivations}. */
export interface TopActivationsOptions extends Stepwise {
  /** One layer or several: all their units at once. The last maps before they are pooled (`lastMaps`) if left out. */
  layers?: string | readonly string[];
  /** Pictures kept for each unit. */
  k?: number;
  batchSize?: number;
}

/** A picture that drives a unit high. */
export interface Hit {
  /** Where in the data set the picture stands. */
  readonly index: number;
  /** The unit's greatest activation in it. */
  readonly activation: number;
  /** Row and column of the unit's map where that is; 0, 0 for a neuron. */
  readonly at: readonly [number, number];
  /** The part of the picture that the unit sees there. */
  readonly box: Box;
}

/**
 * The pictures of a data set, and the places in them, that drive each unit highest. The set is walked through once;
 * of each unit only the best are kept. A picture counts once for a unit, by its greatest place. A picture in which a
 * unit is 0 everywhere, its rectifier shut, does not drive it.
 *
 * @returns  for each layer, for each of its units, the k pictures of greatest activation, the greatest first; among
 *           equals the earlier picture. Of a dead unit none
 * @throws ExplainError where there is no such layer
 * Girshick, Donahue, Darrell, Malik: Rich Feature Hierarchies, CVPR 2014, section 3.1.
 */
export const topActivations = throughView("topActivations", { before: 1 })(async function topActivations(
  model: Model,
  dataset: AnyDataset,
  options: TopActivationsOptions = {},
): Promise<Map<string, Hit[][]>> {
  checkModel("topActivations", model);
  optionsOf("topActivations", options, { ...stepwise, layers: 1, k: fromOneOn, batchSize: fromOneOn });
  const { k = 9, batchSize = 256 } = options;
  if (!model.inputShape) model.build(dataset.shape);
  const named = options.layers ?? lastMaps(model, { speaker: "topActivations" });
  const layers = typeof named === "string" ? [named] : [...named];
  const places = layers.map((layer) => placeOf(model, layer, "topActivations"));
  const run = compile((images: Tensor) => {
    const outputs = outputsAt(model, pixelsFor(model, images), layers);
    return layers.map((layer) => {
      const a = outputs.get(layer)!;
      const units = a.shape[a.rank - 1];
      const [n] = a.shape;
      const stack = reshape(a, [n, a.size / n / units, units]);
      return { highest: max(stack, { axis: 1 }), at: argmax(stack, { axis: 1 }) };
    });
  });

  const best = places.map(({ output }) =>
    Array.from({ length: output[output.length - 1] }, () => new Best(k)),
  );
  const done = parts(options, dataset.length);
  let seen = 0;
  for await (const { images, indices, size } of batches(dataset, { batchSize })) {
    const found = await numbersOf(run(tensor(images, [size, ...dataset.shape])));
    found.forEach(({ highest, at }, layer) => {
      const units = best[layer].length;
      for (let i = 0; i < size; i++)
        for (let u = 0; u < units; u++)
          best[layer][u].offer(highest[i * units + u], indices[i], at[i * units + u]);
    });
    seen += size;
    await done(seen);
    if (options.stop?.aborted) break;
  }
  const [height, width] = dataset.shape;
  return new Map(
    layers.map((layer, l) => {
      const { output, field } = places[l];
      const columns = output.length === 3 ? output[1] : 1;
      const hits = best[l].map(({ kept }) =>
        kept.map(({ activation, index, place }): Hit => {
          const at = [Math.floor(place / columns), place % columns] as const;
          return { index, activation, at, box: boxSeen(field, at, { height, width }) };
        }),
      );
      return [layer, hits];
    }),
  );
});

/** The k greatest of what came by, the greatest first. */
class Best {
  readonly kept: { activation: number; index: number; place: number }[] = [];
  readonly #k: number;

  constructor(k: number) {
    this.#k = k;
  }

  offer(activation: number, index: number, place: number): void {
    const { kept } = this;
    if (activation === 0) return;
    if (kept.length === this.#k && !(activation > kept[kept.length - 1].activation)) return;
    let at = kept.length;
    while (at > 0 && activation > kept[at - 1].activation) at--;
    kept.splice(at, 0, { activation, index, place });
    if (kept.length > this.#k) kept.pop();
  }
}

export const topActivationsMethod: Method<Map<string, Hit[][]>> = {
  name: "top-activations",
  title: "Top activations",
  description: "the pictures of a data set, and the parts of them, that drive units highest",
  question: "Which pictures, and which parts of them, drive a unit highest?",
  cannotSay: "It does not say what a unit means: what these pictures share may not be what drives it.",
  about: "data",
  networks: "with maps before the answer",
  answer: { kind: "pictures" },
  options: [
    { ...mapsOption, name: "layers" },
    unitOption,
    amount("top", { name: "k", usual: 9, help: "pictures for each unit" }),
  ],
  isStepwise: true,
  run: (network, { data }, { unit: _, ...options }) => topActivations(network, data!, options),
};
