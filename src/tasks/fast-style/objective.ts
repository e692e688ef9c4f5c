import { totalVariation } from "../../explain/activation-maximisation.js";
import type { Canvas } from "../../explain/canvas.js";
import { fromShares } from "../../explain/pictures.js";
import { checkedLayers, gram, stylesOf } from "../../explain/style.js";
import type { StyleLayers } from "../../explain/usual-layers.js";
import { outputsAt } from "../../explain/walk.js";
import type { Model } from "../../nn/index.js";
import { add, div, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { square } from "../../ops/elementary.js";
import { scalar } from "../../ops/scalar.js";
import { mean } from "../../ops/statistics.js";
import { stopGradient } from "../../ops/stop-gradient.js";
import { sum } from "../../ops/sum.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Objective } from "../../training/objective.js";

/** What counts how much, and where it is looked at. */
export interface PerceptualWeights extends Partial<StyleLayers> {
  /** The weight of each style picture; all the same if left out. */
  blend?: readonly number[];
  contentWeight?: number;
  styleWeight?: number;
  variationWeight?: number;
}

/**
 * The losses of `explain.style`, seen through a network that stays as it is: what is in a photograph shall still be in what
 * is painted, in the manner of a picture. A mean over the photographs, so that batches and parts of them add up.
 *
 * @param seer     through which pictures are looked at
 * @param painted  the pictures whose manner it is
 * @param size     of the photographs, H×W×3
 * @throws ExplainError where there is no such layer, it has no height and width, or pictures are too small for it
 * Johnson, Alahi, Fei-Fei: Perceptual Losses for Real-Time Style Transfer and Super-Resolution, arXiv:1603.08155.
 */
export async function perceptual(
  seer: Model,
  painted: readonly Canvas[],
  [height, width, channels]: readonly [number, number, number],
  weights: PerceptualWeights,
): Promise<Objective> {
  const { contentWeight = 1, styleWeight = 10, variationWeight = 0.1, blend } = weights;
  const photo = { height, width, channels, values: new Float32Array(0) };
  const layers = checkedLayers(seer, weights, [photo, ...painted]);
  const grams = await stylesOf(seer, painted, layers.style, { blend });
  return {
    name: "perceptual",
    inputs: ["photos"],
    cost(network, { photos }, mode) {
      const pixels = cast(photos, "f32");
      const [n] = pixels.shape;
      const p = network(pixels, mode) as Tensor;
      const wanted = outputsAt(seer, fromShares(seer, mul(pixels, 1 / 255)), layers.content);
      const found = outputsAt(seer, fromShares(seer, p), [...layers.content, ...layers.style]);
      const contents = layers.content.map((layer) =>
        off(found.get(layer)!, stopGradient(wanted.get(layer)!)),
      );
      const manners = layers.style.map((layer, i) => off(gram(found.get(layer)!), grams[i]));
      const share = (terms: Tensor[], weight: number) => mul(terms.reduce(add), weight / terms.length);
      const variation = mul(totalVariation(p), (variationWeight * n) / p.size);
      const total = add(add(share(contents, contentWeight), share(manners, styleWeight)), variation);
      return { losses: { loss: { total, weight: scalar(n) } } };
    },
  };
}

/** How far each example is off, as a share of what it shall be, added up. */
function off(found: Tensor, target: Tensor): Tensor {
  const axis = found.shape.map((_, d) => d).slice(1);
  const wrong = mean(square(sub(found, target)), { axis });
  return sum(div(wrong, add(mean(square(target), { axis }), 1e-12)));
}
