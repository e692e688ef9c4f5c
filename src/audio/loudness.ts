import { optionsOf } from "../door/options.js";
import { positive } from "../door/rules.js";
import { maximum, mul, sub } from "../ops/arithmetic.js";
import { log } from "../ops/elementary.js";
import { max } from "../ops/extremes.js";
import { checkTensor } from "../tensor/arguments.js";
import type { Tensor } from "../tensor/tensor.js";

/** A spectrum in decibels. */
export interface DecibelOptions {
  /** What is less counts as that; 1e-10 if left out. */
  floor?: number;
  /** What is 0 dB; 1 if left out. */
  reference?: number;
  /** What lies by more below the loudest of an example (of the first axis) counts as that; no bound if left out. */
  range?: number;
  /** 2 of a power, so if left out; 1 of a magnitude. */
  power?: 1 | 2;
}

/**
 * y = 10 log₁₀ max(x, floor) − 10 log₁₀ max(reference, floor), twice that of magnitudes: torchaudio's AmplitudeToDB and
 * librosa's power_to_db.
 *
 * @param x  N×… of powers or magnitudes
 */
export function decibels(x: Tensor, options: DecibelOptions = {}): Tensor {
  const {
    floor = 1e-10,
    reference = 1,
    range,
    power = 2,
  } = optionsOf("decibels", options, {
    floor: positive,
    reference: positive,
    range: positive,
    power: { expected: "1 or 2", holds: (value: unknown) => value === 1 || value === 2 },
  });
  checkTensor("decibels", "x", x);
  const times = power === 2 ? 10 : 20;
  const y = sub(
    mul(log(maximum(x, floor)), times / Math.LN10),
    times * Math.log10(Math.max(reference, floor)),
  );
  if (range === undefined || x.rank === 0) return y;
  const loudest = max(y, { axis: y.shape.map((_, d) => d).slice(Math.min(1, y.rank - 1)), keepDims: true });
  return maximum(y, sub(loudest, range));
}
