/**
 * Sounds: files, resampling, and what a network hears of them. Spectra are operations of the engine, with gradients, by the
 * definitions of torchaudio, or of librosa where an option says so.
 */

export { changeSpeed, shifted, whiteNoise, withNoise } from "./changes.js";
export { type DeltaOptions, deltas } from "./deltas.js";
export { type DecibelOptions, decibels } from "./loudness.js";
export { type MelOptions, type MelSpectrogramOptions, melFilters, melSpectrogram } from "./mel.js";
export { type MfccOptions, mfcc } from "./mfcc.js";
export { decodeSound, readSound } from "./read.js";
export { type ResampleOptions, resample } from "./resample.js";
export { mono, type Sound, SoundError, secondsOf, soundOf } from "./sound.js";
export { type SpecAugmentOptions, specAugment } from "./spec-augment.js";
export { type SpectrogramOptions, type StftOptions, spectrogram, stft } from "./stft.js";
export { type WarpVoicesOptions, warpVoices } from "./warp.js";
export { encodeWav, isWav, readWav, type WavOptions } from "./wav.js";
export type { WindowName } from "./window.js";
