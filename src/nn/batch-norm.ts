import { add, div, mul, sub } from "../ops/arithmetic.js";
import { sqrt, square } from "../ops/elementary.js";
import { mean } from "../ops/statistics.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { checkedShare } from "./checks.js";
import type { Layer, Named } from "./layer.js";

export interface BatchNormOptions {
  /** The part of a batch in the running statistics, as in PyTorch: new = (1 − momentum) · old + momentum · batch. */
  momentum?: number;
  /** Added to the variance. */
  epsilon?: number;
}

/**
 * Batch normalisation, for each channel (the last axis):
 *
 *     y = (x − mean) / √(variance + epsilon) · scale + shift
 *
 * In training with the mean and the variance (divided by n) of the batch; the running statistics follow it, the
 * variance there divided by n − 1, as in PyTorch. In evaluation with the running statistics. They change only in
 * compiled steps.
 *
 * @throws ShapeError in training where a channel has a single value, which has no variance
 * Ioffe, Szegedy: Batch Normalization, ICML 2015, algorithm 1 and 2.
 */
export function batchNorm({ name, ...options }: BatchNormOptions & Named = {}): Layer {
  const { momentum = 0.1, epsilon = 1e-5 } = options;
  checkedShare("batchNorm", "momentum", momentum, 0, 1 + Number.EPSILON);
  return {
    type: "batchNorm",
    name,
    options,
    forward(x, scope) {
      const channels = x.shape[x.rank - 1];
      const scale = scope.parameter("scale", [channels], { constant: 1 });
      const shift = scope.parameter("shift", [channels], "zeros");
      const runningMean = scope.buffer("mean", [channels], "zeros");
      const runningVariance = scope.buffer("variance", [channels], { constant: 1 });
      if (channels !== scale.shape[0])
        throw new ShapeError(
          `batchNorm: expects ${scale.shape[0]} channels, got ${channels} (${show(x.shape)})`,
        );
      if (!scope.training) {
        const factor = div(scale, sqrt(add(runningVariance, epsilon)));
        return add(mul(x, factor), sub(shift, mul(runningMean, factor)));
      }
      const n = x.size / channels;
      if (n < 2)
        throw new ShapeError(
          `batchNorm: one value for each channel (${show(x.shape)}) has no variance; train with more than one example`,
        );
      const axis = x.shape.map((_, d) => d).slice(0, -1);
      const batchMean = mean(x, { axis });
      const centred = sub(x, batchMean);
      const batchVariance = mean(square(centred), { axis });
      scope.update("mean", add(mul(runningMean, 1 - momentum), mul(batchMean, momentum)));
      scope.update(
        "variance",
        add(mul(runningVariance, 1 - momentum), mul(batchVariance, (momentum * n) / (n - 1))),
      );
      return add(mul(centred, div(scale, sqrt(add(batchVariance, epsilon)))), shift);
    },
  };
}
