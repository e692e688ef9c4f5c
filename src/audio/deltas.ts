import { optionsOf } from "../door/options.js";
import { rule } from "../door/rules.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { extend } from "../ops/extend.js";
import { slice } from "../ops/slice.js";
import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";

/** Over how many frames {@link deltas} go. */
export interface DeltaOptions {
  /** An odd number of frames from 3 on; 5 if left out. */
  width?: number;
}

/**
 * How fast features change: the slope of a line through the frames around each, with h = (width − 1) / 2 and the first and
 * the last frame repeated beyond the ends:
 *
 *     y[n, t, f] = Σ_{i=1…h} i · (x[n, t + i, f] − x[n, t − i, f]) / (2 Σ_{i=1…h} i²)
 *
 * torchaudio.functional.compute_deltas, and librosa.feature.delta with mode="nearest".
 *
 * @param x  N×T×F
 * @returns  N×T×F
 */
export function deltas(x: Tensor, options: DeltaOptions = {}): Tensor {
  const { width = 5 } = optionsOf("deltas", options, {
    width: rule(
      "an odd number from 3 on",
      (n) => Number.isInteger(n) && (n as number) >= 3 && (n as number) % 2 === 1,
    ),
  });
  checkTensor("deltas", "x", x);
  if (x.rank !== 3 || x.shape[1] === 0)
    throw new ShapeError(`deltas: x is of rank ${x.rank} (${show(x.shape)}), expected N×T×F with frames`);
  const [n, frames, features] = x.shape;
  const half = (width - 1) / 2;
  const sides = [
    [0, 0],
    [half, half],
    [0, 0],
  ] as const;
  const wide = extend(x, sides, "replicate");
  const from = (at: number) => slice(wide, [0, half + at, 0], [n, half + at + frames, features]);
  const squares = (half * (half + 1) * (2 * half + 1)) / 6;
  return Array.from({ length: half }, (_, i) =>
    mul(sub(from(i + 1), from(-i - 1)), (i + 1) / (2 * squares)),
  ).reduce(add);
}
