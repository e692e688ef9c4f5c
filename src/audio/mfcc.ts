import { optionsOf } from "../door/options.js";
import { fromOneOn, oneOf } from "../door/rules.js";
import { add } from "../ops/arithmetic.js";
import { log } from "../ops/elementary.js";
import { matmul } from "../ops/matmul.js";
import { Tensor } from "../tensor/tensor.js";
import { decibels } from "./loudness.js";
import { type MelSpectrogramOptions, melSpectrogramRules, melSpectrumOf } from "./mel.js";

/** Cepstral coefficients of a mel spectrogram. */
export interface MfccOptions extends MelSpectrogramOptions {
  /** How many; 40 if left out, at most as many as there are mels. */
  coefficients?: number;
  /** "decibels": over the loudest of each example less 80, so if left out. "natural": ln(x + 1e-6). */
  log?: "decibels" | "natural";
}

/**
 * Mel-frequency cepstral coefficients: the orthonormal cosine transform (DCT-II) of a mel spectrogram's logarithm.
 * torchaudio.transforms.MFCC, whose mel spectrograms have 128 mels if nothing is said.
 *
 * @param x  N×L samples
 * @returns  N×T×coefficients
 * Davis, Mermelstein: Comparison of Parametric Representations, IEEE Trans. ASSP 28, 1980.
 */
export function mfcc(x: Tensor, options: MfccOptions): Tensor {
  const {
    coefficients = 40,
    log: scale = "decibels",
    ...mel
  } = optionsOf("mfcc", options ?? {}, {
    ...melSpectrogramRules,
    coefficients: fromOneOn,
    log: oneOf("decibels", "natural"),
  });
  const { mels = 128 } = mel;
  if (coefficients > mels)
    throw new RangeError(`mfcc: coefficients is ${coefficients}, expected at most the ${mels} mels`);
  const spectrum = melSpectrumOf("mfcc", x, { ...mel, mels });
  const loud = scale === "natural" ? log(add(spectrum, 1e-6)) : decibels(spectrum, { range: 80 });
  return matmul(loud, cosineTransform(mels, coefficients));
}

/** mels×coefficients, orthonormal. */
function cosineTransform(mels: number, coefficients: number): Tensor {
  const values = new Float32Array(mels * coefficients);
  for (let m = 0; m < mels; m++)
    for (let k = 0; k < coefficients; k++)
      values[m * coefficients + k] =
        Math.cos((Math.PI / mels) * (m + 0.5) * k) * Math.sqrt((k === 0 ? 1 : 2) / mels);
  return Tensor.from(values, [mels, coefficients], "f32");
}
