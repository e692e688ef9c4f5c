import { optionsOf } from "../door/options.js";
import { flag, fromOneOn, oneOf } from "../door/rules.js";
import { add, sub } from "../ops/arithmetic.js";
import { greater } from "../ops/comparisons.js";
import { concat } from "../ops/concat.js";
import { conv1d } from "../ops/conv1d.js";
import { sqrt, square } from "../ops/elementary.js";
import { extend } from "../ops/extend.js";
import { pad } from "../ops/pad.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { where } from "../ops/where.js";
import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { type WindowName, windowNames, windowOf } from "./window.js";

/** How a sound is cut into frames, and what is done at its ends. */
export interface StftOptions {
  /** Samples of a transform (n_fft); 400 if left out. It has ⌊size / 2⌋ + 1 frequencies. */
  size?: number;
  /** Samples of the window (win_length), which stands in the middle of the transform; `size` if left out. */
  windowLength?: number;
  /** Samples between frames (hop_length); half the window if left out. */
  hop?: number;
  /** "hann" if left out. */
  window?: WindowName;
  /** Whether the window goes round, as in torch and librosa, or is symmetric; true if left out. */
  periodic?: boolean;
  /** Whether the first frame has its middle at the first sample, with half a frame put in front and behind; true if left out. */
  center?: boolean;
  /** What is put there: the sound mirrored (torchaudio), or zeros (librosa from 0.10 on); "reflect" if left out. */
  padding?: "reflect" | "zeros";
  /** Divided by the root of the sum of the window's squares; false if left out. */
  normalized?: boolean;
}

/** What of these options may be. */
export const stftRules = {
  size: fromOneOn,
  windowLength: fromOneOn,
  hop: fromOneOn,
  window: oneOf(...windowNames),
  periodic: flag,
  center: flag,
  padding: oneOf("reflect", "zeros"),
  normalized: flag,
} as const;

/**
 * The short-time Fourier transform, by a convolution with the window times the rows of the Fourier matrix, so that it has
 * a gradient and runs on every target:
 *
 *     re[n, t, k] =   Σ_j w[j] x[n, t·hop + j] cos(2πkj / size)
 *     im[n, t, k] = − Σ_j w[j] x[n, t·hop + j] sin(2πkj / size)
 *
 * It equals torch.stft and librosa.stft (with "zeros").
 *
 * @param x  N×L samples
 * @returns  N×T×⌊size / 2⌋ + 1 each, with T = 1 + ⌊L / hop⌋ where it is centred and `size` is even, else 1 + ⌊(L − size) / hop⌋
 * @throws ShapeError where x is of another rank, or too short for a frame
 * Allen, Rabiner: A Unified Approach to Short-Time Fourier Analysis and Synthesis, Proc. IEEE 65, 1977.
 */
export function stft(x: Tensor, options: StftOptions = {}): { real: Tensor; imaginary: Tensor } {
  const both = transformed("stft", x, optionsOf("stft", options, stftRules));
  const [n, frames, twice] = both.shape;
  return {
    real: slice(both, [0, 0, 0], [n, frames, twice / 2]),
    imaginary: slice(both, [0, 0, twice / 2], [n, frames, twice]),
  };
}

/** A spectrogram's power. */
export interface SpectrogramOptions extends StftOptions {
  /** 2: re² + im². 1: its root, the magnitude. 2 if left out. */
  power?: 1 | 2;
}

export const spectrogramRules = {
  ...stftRules,
  power: { expected: "1 or 2", holds: (value: unknown) => value === 1 || value === 2 },
} as const;

/**
 * The power, or the magnitude, of each frequency over time: torchaudio.transforms.Spectrogram, and the square of
 * librosa.stft's magnitude. The gradient of the magnitude is 0 where that is 0.
 *
 * @param x  N×L samples
 * @returns  N×T×⌊size / 2⌋ + 1; frame t and frequency k · rate / size
 */
export function spectrogram(x: Tensor, options: SpectrogramOptions = {}): Tensor {
  return spectrumOf("spectrogram", x, optionsOf("spectrogram", options, spectrogramRules));
}

export function spectrumOf(
  speaker: string,
  x: Tensor,
  { power = 2, ...options }: SpectrogramOptions,
): Tensor {
  const both = square(transformed(speaker, x, options));
  const [n, frames, twice] = both.shape;
  const half = twice / 2;
  const sum = add(slice(both, [0, 0, 0], [n, frames, half]), slice(both, [0, 0, half], [n, frames, twice]));
  return power === 2 ? sum : rootOf(sum);
}

/** The magnitude of a power; its gradient is 0 where that is 0. */
function rootOf(power: Tensor): Tensor {
  const isThere = greater(power, 0);
  return where(isThere, sqrt(where(isThere, power, 1)), 0);
}

/**
 * The powers, or magnitudes, of those frequencies alone that are asked for, in an order of their own, by half the work of
 * {@link spectrumOf}: with A[k] the sum over the even samples of a frame and B[k] that over the odd ones,
 *
 *     X[k] = A[k] + B[k]    and    X[size / 2 − k] = conj(A[k] − B[k])
 *
 * so that two frequencies come out of the same two sums of half as many samples: the first step of the fast Fourier
 * transform (Cooley, Tukey: Mathematics of Computation 19, 1965), which holds for transforms of even size.
 *
 * @param isWanted  of each frequency; its partner size / 2 − k is computed with it
 * @returns         `spectrum`, N×T×frequencies, and of which frequency each column is
 */
export function spectrumInPairs(
  speaker: string,
  x: Tensor,
  { power = 2, ...options }: SpectrogramOptions,
  isWanted: (k: number) => boolean,
): { spectrum: Tensor; frequencies: number[] } {
  const cut = framesOf(speaker, x, options);
  const { size, before } = cut;
  const last = size / 2;
  const lower = Array.from({ length: (last >> 1) + 1 }, (_, k) => k).filter(
    (k) => isWanted(k) || isWanted(last - k),
  );
  const half = (parity: 0 | 1): Tensor => {
    const first = (parity + before) % 2;
    const filter = fourierFilter(cut, lower, { first, step: 2 });
    const { seen, hop } = cut;
    return conv1d(slice(seen, [0, first, 0], seen.shape), filter, {
      stride: hop,
      dilation: 2,
    });
  };
  const [a, b] = [half(0), half(1)];
  const [n, , columns] = a.shape;
  // The odd samples may leave room for one frame more at the end.
  const whole = [n, cut.frames, columns] as const;
  const [even, odd] = [slice(a, [0, 0, 0], whole), slice(b, [0, 0, 0], whole)];
  const powerOf = (both: Tensor): Tensor => {
    const squares = square(both);
    const at = columns / 2;
    return add(
      slice(squares, [0, 0, 0], [n, cut.frames, at]),
      slice(squares, [0, 0, at], [n, cut.frames, columns]),
    );
  };
  const powers = concat([powerOf(add(even, odd)), powerOf(sub(even, odd))], { axis: 2 });
  return {
    spectrum: power === 2 ? powers : rootOf(powers),
    frequencies: [...lower, ...lower.map((k) => last - k)],
  };
}

/** N×T×2·frequencies: real parts, then imaginary ones. */
function transformed(speaker: string, x: Tensor, options: StftOptions): Tensor {
  const cut = framesOf(speaker, x, options);
  const all = Array.from({ length: (cut.size >> 1) + 1 }, (_, k) => k);
  return conv1d(cut.seen, fourierFilter(cut, all), { stride: cut.hop });
}

/** A sound as its frames lie in it. */
interface CutUp {
  readonly size: number;
  readonly hop: number;
  /** How many frames there are. */
  readonly frames: number;
  /** N×L×1: the samples that frames see, the first of which begins at 0. */
  readonly seen: Tensor;
  /** The window, and where in the transform it begins. */
  readonly window: Float64Array;
  readonly before: number;
  readonly scale: number;
}

function framesOf(speaker: string, x: Tensor, options: StftOptions): CutUp {
  checkTensor(speaker, "x", x);
  if (x.rank !== 2)
    throw new ShapeError(`${speaker}: x is of rank ${x.rank} (${show(x.shape)}), expected N×L samples`);
  const { size = 400, windowLength = size, window = "hann", periodic = true } = options;
  const {
    hop = Math.max(1, windowLength >> 1),
    center = true,
    padding = "reflect",
    normalized = false,
  } = options;
  if (windowLength > size)
    throw new RangeError(
      `${speaker}: the window has ${windowLength} samples, expected at most the ${size} of the transform`,
    );
  const [n, length] = x.shape;
  const beside = center ? size >> 1 : 0;
  if (padding === "reflect" && beside >= length && beside > 0)
    throw new ShapeError(
      `${speaker}: x has ${length} samples (${show(x.shape)}), too few to be mirrored over ${beside}; padding: "zeros" takes any`,
    );
  if (length + 2 * beside < size)
    throw new ShapeError(`${speaker}: x has ${length} samples (${show(x.shape)}), a frame ${size}`);
  const sides = [
    [0, 0],
    [beside, beside],
  ] as const;
  const whole = beside === 0 ? x : padding === "reflect" ? extend(x, sides, "reflect") : pad(x, sides);
  // Where the window ends nothing is multiplied: the filter is as long as the window.
  const before = (size - windowLength) >> 1;
  const frames = Math.floor((whole.shape[1] - size) / hop) + 1;
  const seen = slice(whole, [0, before], [n, before + (frames - 1) * hop + windowLength]);
  const taken = windowOf(window, windowLength, periodic);
  return {
    size,
    hop,
    frames,
    seen: reshape(seen, [n, seen.shape[1], 1]),
    window: taken,
    before,
    scale: normalized ? 1 / Math.sqrt(taken.reduce((sum, w) => sum + w * w, 0)) : 1,
  };
}

/**
 * Samples×1×2·frequencies: cosines, then sines, by the window.
 *
 * @param of  from which sample of the window on, and each how manieth
 */
function fourierFilter(
  { size, window, before, scale }: CutUp,
  frequencies: readonly number[],
  { first, step }: { first: number; step: number } = { first: 0, step: 1 },
): Tensor {
  const count = frequencies.length;
  const samples = Math.max(0, Math.ceil((window.length - first) / step));
  const values = new Float32Array(samples * 2 * count);
  // The angles repeat: of each there is one cosine, exact to the last bit of f64.
  const cosine = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sine = Float64Array.from({ length: size }, (_, i) => Math.sin((2 * Math.PI * i) / size));
  for (let i = 0; i < samples; i++) {
    const j = first + i * step;
    for (let c = 0; c < count; c++) {
      const angle = (frequencies[c] * (j + before)) % size;
      values[i * 2 * count + c] = scale * window[j] * cosine[angle];
      values[i * 2 * count + count + c] = -scale * window[j] * sine[angle];
    }
  }
  return Tensor.from(values, [samples, 1, 2 * count], "f32");
}
