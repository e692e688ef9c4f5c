import { optionsOf } from "../door/options.js";
import { notNegative, number, required, rule, wholeOfAtLeast } from "../door/rules.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { greaterEqual, less, logicalAnd } from "../ops/comparisons.js";
import { randomUniform } from "../ops/random-uniform.js";
import { range } from "../ops/range.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { mean } from "../ops/statistics.js";
import { where } from "../ops/where.js";
import { maskedSpectra } from "../random/streams.js";
import { checkTensor } from "../tensor/arguments.js";
import { tensor } from "../tensor/creation.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";

/** Masks of {@link specAugment}. */
export interface SpecAugmentOptions {
  /** From which they follow; in a compiled step a single i32 that is another one in each. */
  seed: number | Tensor;
  /** Bands of frequencies; 1 if left out. */
  frequencyMasks?: number;
  /** They are narrower than so many features; 27 if left out. */
  frequencyWidth?: number;
  /** Stretches of time; 1 if left out. */
  timeMasks?: number;
  /** They are shorter than so many frames; 100 if left out. */
  timeWidth?: number;
  /** And than this share of all frames; 1 if left out. Of words of half a second 0.2 leaves enough. */
  timeShare?: number;
  /** What stands there; the mean of the example if left out. */
  value?: number;
}

/**
 * Hides bands of frequencies and stretches of time, others in each example: for training, never for evaluation. A mask's
 * width w is drawn from [0, width), its beginning from [0, extent − w), both rounded down, as torchaudio draws them. The
 * gradient is 0 where something is hidden.
 *
 * @param x  N×T×F
 * @returns  N×T×F
 * Park et al.: SpecAugment, Interspeech 2019, without the warping of time.
 */
export function specAugment(x: Tensor, options: SpecAugmentOptions): Tensor {
  const {
    seed,
    frequencyMasks = 1,
    frequencyWidth = 27,
    timeMasks = 1,
    timeWidth = 100,
    timeShare = 1,
    value,
  } = optionsOf("specAugment", options ?? {}, {
    seed: required(
      rule("a whole number, or a single i32", (s) => Number.isInteger(s) || s instanceof Tensor),
    ),
    frequencyMasks: wholeOfAtLeast(0),
    frequencyWidth: notNegative,
    timeMasks: wholeOfAtLeast(0),
    timeWidth: notNegative,
    timeShare: notNegative,
    value: number,
  });
  checkTensor("specAugment", "x", x);
  if (x.rank !== 3)
    throw new ShapeError(`specAugment: x is of rank ${x.rank} (${show(x.shape)}), expected N×T×F`);
  const [n, frames, features] = x.shape;
  const own = seed instanceof Tensor ? seed : tensor(Int32Array.of(seed), []);
  const masks = frequencyMasks + timeMasks;
  if (masks === 0 || x.size === 0) return x;
  const drawn = randomUniform([n, 2 * masks], own, maskedSpectra);
  const draw = (i: number): Tensor => slice(drawn, [0, i], [n, i + 1]);
  const over = (i: number, extent: number, width: number): Tensor => {
    const length = mul(draw(2 * i), Math.min(width, extent));
    const begin = cast(mul(draw(2 * i + 1), sub(extent, length)), "i32");
    const place = reshape(range(extent), [1, extent]);
    return logicalAnd(greaterEqual(place, begin), less(place, add(begin, cast(length, "i32"))));
  };
  const fill = value ?? reshape(mean(x, { axis: [1, 2] }), [n, 1, 1]);
  let y = x;
  for (let i = 0; i < frequencyMasks; i++)
    y = where(reshape(over(i, features, frequencyWidth), [n, 1, features]), fill, y);
  for (let i = 0; i < timeMasks; i++) {
    const isHidden = over(frequencyMasks + i, frames, Math.min(timeWidth, Math.trunc(timeShare * frames)));
    y = where(reshape(isHidden, [n, frames, 1]), fill, y);
  }
  return y;
}
