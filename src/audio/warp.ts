import { optionsOf } from "../door/options.js";
import { fromOneOn, notNegative, positive, required, rule, withinOne } from "../door/rules.js";
import { mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { gather } from "../ops/gather.js";
import { matmul } from "../ops/matmul.js";
import { randomUniform } from "../ops/random-uniform.js";
import { warpedSpectra } from "../random/streams.js";
import { checkTensor } from "../tensor/arguments.js";
import { tensor } from "../tensor/creation.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { scales } from "./mel.js";

/** Voices of {@link warpVoices}. */
export interface WarpVoicesOptions {
  /** From which the factors follow; in a compiled step a single i32 that is another one in each. */
  seed: number | Tensor;
  /** Samples a second of the sound that the spectrum is of. */
  rate: number;
  /** Factors are of 1 − spread to 1 + spread; 0.1 if left out. */
  spread?: number;
  /** Up to which frequency voices are stretched alike, in Hz; 0.6 of the rate's half if left out. */
  knee?: number;
  /** The mel filters' lowest and highest frequency and scale; as of `melSpectrogram` if left out. */
  low?: number;
  high?: number;
  scale?: "htk" | "slaney";
  /** Of so many factors one is drawn; 21 if left out. */
  steps?: number;
}

/**
 * The mel spectra of words as if other people had spoken them, whose vocal tract is shorter or longer: frequencies are
 * stretched by a factor α that is drawn for each example, straight up to a knee, and from there on so that the highest one
 * stays where it is.
 *
 *     y[n, t, f] = x[n, t, f′] with f′ = mel(G_α(hertz(f))), between two mels in proportion
 *
 * @param x  N×T×F, of F mel filters
 * @returns  N×T×F
 * Jaitly, Hinton: Vocal Tract Length Perturbation Improves Speech Recognition, ICML workshop 2013.
 */
export function warpVoices(x: Tensor, options: WarpVoicesOptions): Tensor {
  const {
    seed,
    rate,
    spread = 0.1,
    low = 0,
    high = rate / 2,
    knee = 0.6 * high,
    scale = "htk",
    steps = 21,
  } = optionsOf("warpVoices", options ?? {}, {
    seed: required(
      rule("a whole number, or a single i32", (s) => Number.isInteger(s) || s instanceof Tensor),
    ),
    rate: required(positive),
    spread: withinOne,
    knee: positive,
    low: notNegative,
    high: positive,
    scale: { expected: '"htk" or "slaney"', holds: (value) => value === "htk" || value === "slaney" },
    steps: fromOneOn,
  });
  checkTensor("warpVoices", "x", x);
  if (x.rank !== 3)
    throw new ShapeError(`warpVoices: x is of rank ${x.rank} (${show(x.shape)}), expected N×T×F`);
  const [n, , features] = x.shape;
  const own = seed instanceof Tensor ? seed : tensor(Int32Array.of(seed), []);
  const table = new Float32Array(steps * features * features);
  const { toMel, toHertz } = scales[scale];
  const [from, to] = [toMel(low), toMel(high)];
  for (let s = 0; s < steps; s++) {
    const factor = steps === 1 ? 1 : 1 - spread + (2 * spread * s) / (steps - 1);
    for (let m = 0; m < features; m++) {
      const hertz = warped(toHertz(from + ((to - from) * (m + 1)) / (features + 1)), factor, knee, high);
      const place = ((toMel(hertz) - from) / (to - from)) * (features + 1) - 1;
      const held = Math.min(features - 1, Math.max(0, place));
      for (const source of new Set([Math.floor(held), Math.ceil(held)]))
        table[(s * features + source) * features + m] = 1 - Math.abs(held - source);
    }
  }
  const drawn = cast(mul(randomUniform([n], own, warpedSpectra), steps), "i32");
  return matmul(x, gather(Tensor.from(table, [steps, features, features], "f32"), drawn));
}

/** G_α(f) of the paper, section 2. */
function warped(f: number, factor: number, knee: number, high: number): number {
  const edge = knee * Math.min(factor, 1);
  if (f <= edge / factor) return f * factor;
  return high - ((high - edge) / (high - edge / factor)) * (high - f);
}
