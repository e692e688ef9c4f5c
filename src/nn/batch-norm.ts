import { optionsOf } from "../door/options.js";
import { flag } from "../door/rules.js";
import { add, div, mul, sub } from "../ops/arithmetic.js";
import { sqrt, square } from "../ops/elementary.js";
import { counted } from "../ops/scalar.js";
import { slice } from "../ops/slice.js";
import { mean } from "../ops/statistics.js";
import { stopGradient } from "../ops/stop-gradient.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedNumber } from "./checks.js";
import type { Layer, Named, Scope } from "./layer.js";
import { printable } from "./printable.js";

/** Momentum and epsilon of {@link batchNorm}. */
export interface BatchNormOptions {
  /** The part of a batch in the running statistics, as in PyTorch: new = (1 − momentum) · old + momentum · batch. */
  momentum?: number;
  /** Added to the variance. */
  epsilon?: number;
  /** Nothing of it is ever trained: scale and shift are kept as the statistics are, and stay what they are, too. */
  frozen?: boolean;
}

/**
 * Batch normalisation, for each channel (the last axis):
 *
 *     y = (x − mean) / √(variance + epsilon) · scale + shift
 *
 * In training with the mean and the variance (divided by n) of the batch; the running statistics follow it, the
 * variance there divided by n − 1, as in PyTorch. In evaluation with the running statistics. They change only in
 * compiled steps. A layer that is frozen works as in evaluation in training, too.
 *
 * @throws ShapeError in training where a channel has a single value, which has no variance
 * Ioffe, Szegedy: Batch Normalization, ICML 2015, algorithm 1 and 2.
 */
export function batchNorm(given: BatchNormOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("batchNorm", given, {
    momentum: 1,
    epsilon: 1,
    frozen: flag,
    name: 1,
  });
  const { momentum = 0.1, epsilon = 1e-5, frozen = false } = options;
  if (!(momentum >= 0 && momentum <= 1))
    throw new RangeError(`batchNorm: momentum is ${momentum}, expected 0 ≤ momentum ≤ 1`);
  checkedNumber("batchNorm", "epsilon", epsilon, 0);
  return printable({
    type: "batchNorm",
    name,
    options,
    forward(x, scope) {
      const channels = x.shape[x.rank - 1];
      const kept: Scope["parameter"] = (...asked) =>
        frozen ? scope.buffer(...asked) : scope.parameter(...asked);
      const scale = kept("scale", [channels], { constant: 1 });
      const shift = kept("shift", [channels], "zeros");
      const runningMean = scope.buffer("mean", [channels], "zeros");
      const runningVariance = scope.buffer("variance", [channels], { constant: 1 });
      if (channels !== scale.shape[0])
        throw new ShapeError(
          `batchNorm: expects ${scale.shape[0]} channels, got ${channels} (${show(x.shape)})`,
        );
      if (!scope.training || scope.still || frozen) {
        const factor = div(scale, sqrt(add(runningVariance, epsilon)));
        return add(mul(x, factor), sub(shift, mul(runningMean, factor)));
      }
      const n = x.size / channels;
      if (n < 2)
        throw new ShapeError(
          `batchNorm: ${n === 0 ? "an empty batch" : "one value for each channel"} (${show(x.shape)}) has no variance; train with more than one example`,
        );
      const { batchMean, batchVariance } = momentsOf(x);
      scope.update("mean", add(mul(runningMean, 1 - momentum), mul(batchMean, momentum)));
      scope.update(
        "variance",
        add(mul(runningVariance, 1 - momentum), mul(batchVariance, counted((momentum * n) / (n - 1)))),
      );
      return add(mul(sub(x, batchMean), div(scale, sqrt(add(batchVariance, epsilon)))), shift);
    },
    // In training the whole batch has a part in it, which is not what is meant by seeing.
    sees: () => ({ size: [1, 1], stride: [1, 1] }),
  });
}

/**
 * Mean and variance of each channel, from sums that one pass over x makes: of the values, and of their squares. Both
 * are taken of the distances from the mean of a few of them, so that little is lost where the mean's square is taken
 * away.
 * Chan, Golub, LeVeque: Algorithms for Computing the Sample Variance, The American Statistician 37(3), 1983, section 3.
 */
function momentsOf(x: Tensor): { batchMean: Tensor; batchVariance: Tensor } {
  const axis = x.shape.map((_, d) => d).slice(0, -1);
  const near = stopGradient(mean(sampleOf(x), { axis }));
  const distance = sub(x, near);
  const meanDistance = mean(distance, { axis });
  const meanSquare = mean(square(distance), { axis });
  return { batchMean: add(near, meanDistance), batchVariance: sub(meanSquare, square(meanDistance)) };
}

/** The middle line of each picture, where nothing comes from a border; of what is no picture, a few examples. */
function sampleOf(x: Tensor): Tensor {
  const begin = x.shape.map(() => 0);
  const end = [...x.shape];
  if (x.rank > 2) {
    begin[1] = Math.floor(x.shape[1] / 2);
    end[1] = begin[1] + 1;
  } else end[0] = Math.min(16, x.shape[0]);
  return slice(x, begin, end);
}
