import { optionsOf } from "../door/options.js";
import { fromOneOn, text } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { max } from "../ops/extremes.js";
import { reshape } from "../ops/reshape.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import type { Tensor } from "../tensor/tensor.js";
import { picturesFor } from "./pictures.js";
import { lastMaps } from "./usual-layers.js";
import { ofAny } from "./view.js";
import { outputAt, placeOf } from "./walk.js";

/**
 * The units of a layer that answer most strongly to each picture, by their greatest activation in it.
 *
 * @param images         N×H×W×C
 * @param options.layer  the last maps before they are pooled (`lastMaps`) if left out
 * @param options.count  at most so many of each picture; all if left out
 * @returns              for each picture its units, the strongest first, among equals the earlier; none that is
 *                       silent there
 * @throws ExplainError where there is no such layer
 */
export const strongestUnits = ofAny("strongestUnits", { ofLayers: true })(async function strongestUnits(
  model: Model,
  images: Tensor,
  options: { layer?: string; count?: number; speaker?: string } = {},
): Promise<number[][]> {
  const {
    layer: named,
    count = Number.POSITIVE_INFINITY,
    speaker = "strongestUnits",
  } = optionsOf("strongestUnits", options, { layer: text, count: fromOneOn, speaker: text });
  const x = await picturesFor(speaker, model, images);
  const layer = named ?? lastMaps(model, { speaker });
  const units = placeOf(model, layer, speaker).output.at(-1)!;
  const [n] = x.shape;
  const run = compile((pictures: Tensor) => {
    const a = outputAt(model, pictures, layer);
    return max(reshape(a, [n, a.size / n / units, units]), { axis: 1 });
  });
  const highest = await numbersOf(run(x));
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: units }, (_, k) => k)
      .filter((k) => highest[i * units + k] > 0)
      .sort((a, b) => highest[i * units + b] - highest[i * units + a])
      .slice(0, count),
  );
});
