/** Windows that frames of a sound are multiplied by. */

/** What frames are multiplied by; a rectangle leaves them as they are. */
export type WindowName = "hann" | "hamming" | "blackman" | "rectangular";

const cosines: { readonly [name in WindowName]: readonly number[] } = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  rectangular: [1],
};

export const windowNames: readonly string[] = Object.keys(cosines);

/**
 * w[n] = a₀ − a₁ cos(2πn / N) + a₂ cos(4πn / N) with N = length where it is periodic, as torch and librosa have it for
 * spectra; N = length − 1 where it is symmetric, as numpy.hanning is.
 */
export function windowOf(name: WindowName, length: number, periodic: boolean): Float64Array {
  const whole = periodic ? length : length - 1;
  return Float64Array.from({ length }, (_, n) =>
    length === 1
      ? 1
      : cosines[name].reduce(
          (sum, a, k) => sum + (k % 2 ? -a : a) * Math.cos((2 * Math.PI * k * n) / whole),
          0,
        ),
  );
}
