import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { fromOneOn, oneOf, positive, rule } from "../door/rules.js";

/** The low-pass filter of {@link resample}. */
export interface ResampleOptions {
  /** How many zeros of the sinc its window reaches over on each side; 6 if left out. */
  width?: number;
  /** Where it cuts off, as a share of half the lower rate; 0.99 if left out. */
  rolloff?: number;
  /** "hann" if left out. */
  window?: "hann" | "kaiser";
  /** Of Kaiser's window; 14.769656459379492 if left out. */
  beta?: number;
}

/**
 * Samples at another rate, by a sinc in a window (Smith: Digital Audio Resampling). With g = gcd(from, to),
 * o = from/g, n = to/g, f = rolloff · min(o, n) and w(t) the window over −width … width:
 *
 *     y[i] = Σ_j x[j] · (f / o) · sinc(π t) · w(t),   t = f · (j / o − i / n)
 *
 * with zeros outside: what torchaudio.functional.resample computes, to the last digits of f32.
 *
 * @param samples  L samples
 * @param from     their rate; a whole number
 * @param to       the rate that is wanted; a whole number
 * @returns        ⌈L · to / from⌉ samples; the same ones where both rates are equal
 */
export function resample(
  samples: Float32Array,
  from: number,
  to: number,
  given: ResampleOptions = {},
): Float32Array {
  const { width, rolloff, window, beta } = optionsOf("resample", given, {
    width: fromOneOn,
    rolloff: rule("0 < _ ≤ 1", (value) => positive.holds(value) && (value as number) <= 1),
    window: oneOf("hann", "kaiser"),
    beta: positive,
  });
  checkArgument("resample", "the list of samples", samples, floats);
  for (const rate of [from, to])
    if (!fromOneOn.holds(rate))
      throw new RangeError(`resample: a rate is ${rate}, expected whole numbers of samples a second`);
  if (from === to) return samples;
  const divisor = greatestCommon(from, to);
  const [old, fresh] = [from / divisor, to / divisor];
  const filterAt = filtersOf(old, fresh, { width, rolloff, window, beta });
  const length = Math.ceil((fresh * samples.length) / old);
  if (length > mostSamples)
    throw new RangeError(
      `resample: ${samples.length} samples at ${from} would be ${length} at ${to}, more than an array holds`,
    );
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const { first, weights } = filterAt(i % fresh);
    const begin = Math.floor(i / fresh) * old + first;
    const low = Math.max(0, -begin);
    const high = Math.min(weights.length, samples.length - begin);
    let sum = 0;
    for (let k = low; k < high; k++) sum += weights[k] * samples[begin + k];
    out[i] = sum;
  }
  return out;
}

const mostSamples = 2 ** 31 - 1;
const floats = rule("a Float32Array", (value) => value instanceof Float32Array);

interface Filter {
  /** The first sample that it sees, from the one on at which its group begins. */
  readonly first: number;
  readonly weights: Float64Array;
}

/** Filters of the last few pairs of rates: a training that changes speeds asks for the same ones again and again. */
const known = new Map<string, (phase: number) => Filter>();
const most = 64;

/**
 * A filter for each of the `fresh` places that samples have between the old ones, made when it is asked for: rates without
 * a common divisor have more places than most sounds samples.
 */
function filtersOf(
  old: number,
  fresh: number,
  { width = 6, rolloff = 0.99, window = "hann", beta = 14.769656459379492 }: ResampleOptions,
): (phase: number) => Filter {
  const key = [old, fresh, width, rolloff, window, beta].join(" ");
  const before = known.get(key);
  if (before) return before;
  const base = Math.min(old, fresh) * rolloff;
  const reach = Math.ceil((width * old) / base);
  const filterOf = (phase: number): Filter => {
    const weights: number[] = [];
    let first: number | undefined;
    const middle = (phase * old) / fresh;
    const far = (width * old) / base;
    const last = Math.min(reach + old - 1, Math.ceil(middle + far));
    for (let j = Math.max(-reach, Math.floor(middle - far)); j <= last; j++) {
      const t = (j / old - phase / fresh) * base;
      if (Math.abs(t) >= width) continue; // the window is 0 there, and Kaiser's nearly
      first ??= j;
      const sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
      weights.push((sinc * windowAt(t / width, window, beta) * base) / old);
    }
    return { first: first ?? 0, weights: Float64Array.from(weights) };
  };
  const filters: Filter[] = [];
  const filterAt = (phase: number): Filter => {
    filters[phase] ??= filterOf(phase);
    return filters[phase];
  };
  known.set(key, filterAt);
  if (known.size > most) known.delete(known.keys().next().value!);
  return filterAt;
}

const windowAt = (x: number, window: "hann" | "kaiser", beta: number): number =>
  window === "hann" ? Math.cos((x * Math.PI) / 2) ** 2 : bessel0(beta * Math.sqrt(1 - x * x)) / bessel0(beta);

/** I₀(x) = Σ ((x/2)^k / k!)² */
function bessel0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

const greatestCommon = (a: number, b: number): number => (b === 0 ? a : greatestCommon(b, a % b));
