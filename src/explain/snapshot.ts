import { optionsOf } from "../door/options.js";
import { text } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Snapshot } from "../training/fit-events.js";
import { featureMaps } from "./feature-maps.js";
import { filters } from "./filters.js";

/** What of a model a snapshot shows. */
export interface SnapshotOptions {
  /** Pictures whose maps are looked at, N×H×W×C; only the first counts. */
  image?: Tensor;
  /** The convolution; the first one if left out. */
  layer?: string;
}

/**
 * Filters and maps as they are at this moment. For use between the events of `fit`:
 *
 *     for await (const event of fit(model, train, options))
 *       if (event.kind === "epoch") film.push(await explain.snapshot(model, { image }));
 *
 * @throws ExplainError where there are no such filters
 */
export async function snapshot(model: Model, options: SnapshotOptions = {}): Promise<Snapshot> {
  const { image, layer: named } = optionsOf("snapshot", options, { image: 1, layer: text });
  const { layer, filters: weights } = await filters(model, named);
  if (!image) return { layer, filters: weights };
  return { layer, filters: weights, maps: await featureMaps(model, image, { layer }) };
}
