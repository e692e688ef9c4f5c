import { optionsOf } from "../door/options.js";
import { fromOneOn, notNegative, oneOf, positive, required } from "../door/rules.js";
import { matmul } from "../ops/matmul.js";
import { Tensor } from "../tensor/tensor.js";
import { type SpectrogramOptions, spectrogramRules, spectrumInPairs, spectrumOf } from "./stft.js";

/** Which frequencies belong together. */
export interface MelOptions {
  /** Samples a second. */
  rate: number;
  /** Filters; 40 if left out. */
  mels?: number;
  /** The lowest frequency, in Hz; 0 if left out. */
  low?: number;
  /** The highest one; half the rate if left out. */
  high?: number;
  /** "htk": 2595 log₁₀(1 + f / 700), so if left out. "slaney": straight below 1000 Hz, logarithmic above. */
  scale?: "htk" | "slaney";
  /** "none": triangles of height 1, so if left out. "slaney": of area 1. */
  norm?: "none" | "slaney";
}

const melRules = {
  rate: required(positive),
  mels: fromOneOn,
  low: notNegative,
  high: positive,
  scale: oneOf("htk", "slaney"),
  norm: oneOf("none", "slaney"),
} as const;

/**
 * The filters of a mel spectrogram: triangles whose corners lie at equal steps of the mel scale. As they are if nothing is
 * said, those of torchaudio (`melscale_fbanks`); with `scale: "slaney", norm: "slaney"` those of librosa.
 *
 * @param size  samples of the transform
 * @returns     (⌊size / 2⌋ + 1)×mels
 * Davis, Mermelstein: Comparison of Parametric Representations, IEEE Trans. ASSP 28, 1980; Slaney: Auditory Toolbox, 1998.
 */
export function melFilters(size: number, options: MelOptions): Tensor {
  if (!fromOneOn.holds(size))
    throw new RangeError(`melFilters: size is ${size}, expected a whole number from 1 on`);
  return filtersOf("melFilters", size, optionsOf("melFilters", options ?? {}, melRules)).tensor;
}

function filtersOf(
  speaker: string,
  size: number,
  options: MelOptions,
): { values: Float32Array; width: number; tensor: Tensor } {
  const { rate, mels = 40, low = 0, high = rate / 2, scale = "htk", norm = "none" } = options;
  if (low >= high)
    throw new RangeError(`${speaker}: low is ${low} Hz, expected less than the ${high} Hz of high`);
  const frequencies = (size >> 1) + 1;
  const { toMel, toHertz } = scales[scale];
  const [from, to] = [toMel(low), toMel(high)];
  const corners = Float64Array.from({ length: mels + 2 }, (_, i) =>
    toHertz(from + ((to - from) * i) / (mels + 1)),
  );
  const values = new Float32Array(frequencies * mels);
  for (let m = 0; m < mels; m++) {
    const [left, middle, right] = corners.subarray(m, m + 3);
    const height = norm === "slaney" ? 2 / (right - left) : 1;
    for (let k = 0; k < frequencies; k++) {
      const hertz = (k * rate) / size;
      const up = (hertz - left) / (middle - left);
      const down = (right - hertz) / (right - middle);
      values[k * mels + m] = height * Math.max(0, Math.min(up, down));
    }
  }
  return { values, width: mels, tensor: Tensor.from(values, [frequencies, mels], "f32") };
}

/** Of Slaney's scale: 15 mels at 1000 Hz, from there on 27 mels to 6.4 times the frequency. */
const [knee, kneeMel, perMel] = [1000, 15, Math.log(6.4) / 27];

export const scales = {
  htk: {
    toMel: (f: number) => 2595 * Math.log10(1 + f / 700),
    toHertz: (m: number) => 700 * (10 ** (m / 2595) - 1),
  },
  slaney: {
    toMel: (f: number) => (f < knee ? (f * kneeMel) / knee : kneeMel + Math.log(f / knee) / perMel),
    toHertz: (m: number) => (m < kneeMel ? (m * knee) / kneeMel : knee * Math.exp(perMel * (m - kneeMel))),
  },
};

/** A mel spectrogram: frames, and which of their frequencies belong together. */
export interface MelSpectrogramOptions extends SpectrogramOptions, MelOptions {}

export const melSpectrogramRules = { ...spectrogramRules, ...melRules } as const;

/**
 * The spectrogram, its frequencies gathered by {@link melFilters}: torchaudio.transforms.MelSpectrogram, and with
 * `scale: "slaney", norm: "slaney"` (and `padding: "zeros"`) librosa.feature.melspectrogram.
 *
 * @param x  N×L samples
 * @returns  N×T×mels
 */
export function melSpectrogram(x: Tensor, options: MelSpectrogramOptions): Tensor {
  return melSpectrumOf("melSpectrogram", x, optionsOf("melSpectrogram", options ?? {}, melSpectrogramRules));
}

export function melSpectrumOf(speaker: string, x: Tensor, options: MelSpectrogramOptions): Tensor {
  const { rate, mels, low, high, scale, norm, ...frames } = options;
  const size = frames.size ?? 400;
  const filters = filtersOf(speaker, size, { rate, mels, low, high, scale, norm });
  const isWhole = size % 2 === 1 || (frames.windowLength ?? size) < 2;
  if (isWhole) return matmul(spectrumOf(speaker, x, frames), filters.tensor);
  const { values, width } = filters;
  // Frequencies that no filter has are not computed, where their partners are not wanted either.
  const isWanted = (k: number) => values.subarray(k * width, (k + 1) * width).some((v) => v !== 0);
  const { spectrum, frequencies } = spectrumInPairs(speaker, x, frames, isWanted);
  const own = new Float32Array(frequencies.length * width);
  const seen = new Set<number>();
  frequencies.forEach((k, i) => {
    // A quarter of the rate is its own partner, and counts once.
    if (!seen.has(k)) own.set(values.subarray(k * width, (k + 1) * width), i * width);
    seen.add(k);
  });
  return matmul(spectrum, Tensor.from(own, [frequencies.length, width], "f32"));
}
