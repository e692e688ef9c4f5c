/** Which pixels make up a new one, and how much of each: Pillow's weights, which are whole numbers. */

/** The weight of a pixel by its distance from the middle, in pixels of the coarser of both pictures. */
export const filters = {
  bilinear: { reach: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  // Keys: Cubic Convolution Interpolation for Digital Image Processing, IEEE TASSP 1981, equation 4, a = −1/2.
  bicubic: {
    reach: 2,
    weight(x: number) {
      const t = Math.abs(x);
      if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
      return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
    },
  },
} as const;

/** Pillow's filters, by its names. */
export type ResizeFilter = keyof typeof filters;

/**
 * Weights are whole numbers of 2^−22: so Pillow has them, and so the same pixels fall to the same side. Sums stay within
 * 32 bits: the weights' sizes come to less than 1.3, also of filters that go below zero.
 */
export const bits = 22;
const one = 2 ** bits;
export const half = one / 2;

/** The weights of the new pixel i begin at `begins[i]`, of the old pixel `firsts[i]`; they sum to about `one`. */
export interface Taps {
  readonly count: number;
  readonly firsts: Int32Array;
  /** One more than there are new pixels. */
  readonly begins: Int32Array;
  readonly weights: Int32Array;
}

/** Of the pictures of a data set most have the same size. */
const known = new Map<string, Taps>();
const mostKnown = 16;

export function tapsOf(length: number, newLength: number, filter: ResizeFilter): Taps {
  const key = `${length} ${newLength} ${filter}`;
  const before = known.get(key);
  if (before) return before;
  const taps = computed(length, newLength, filter);
  if (known.size === mostKnown) known.clear();
  known.set(key, taps);
  return taps;
}

function computed(length: number, newLength: number, filter: ResizeFilter): Taps {
  const { reach, weight } = filters[filter];
  const scale = length / newLength;
  const stretch = Math.max(scale, 1);
  const firsts = new Int32Array(newLength);
  const begins = new Int32Array(newLength + 1);
  const weights = new Int32Array(newLength * Math.min(length, Math.ceil(2 * reach * stretch) + 2));
  const shares = new Float64Array(Math.ceil(2 * reach * stretch) + 2);
  let at = 0;
  for (let i = 0; i < newLength; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach * stretch + 0.5));
    const end = Math.min(length, Math.floor(centre + reach * stretch + 0.5));
    let total = 0;
    for (let t = 0; t < end - first; t++) {
      shares[t] = weight((first + t + 0.5 - centre) / stretch);
      total += shares[t];
    }
    for (let t = 0; t < end - first; t++) weights[at++] = Math.round((shares[t] / total) * one);
    firsts[i] = first;
    begins[i + 1] = at;
  }
  return { count: newLength, firsts, begins, weights: weights.subarray(0, at) };
}

/** The weights of some of the new pixels. */
export const someTaps = ({ firsts, begins, weights }: Taps, first: number, count: number): Taps => ({
  count,
  firsts: firsts.subarray(first, first + count),
  begins: begins.subarray(first, first + count + 1),
  weights,
});
