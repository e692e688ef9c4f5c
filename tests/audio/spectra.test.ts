import { describe, expect, test } from "vitest";
import * as audio from "../../src/audio/index.js";
import { type Tensor, tensor, zeros } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import { fill, type Numbers, numbers } from "../textbook/numbers.js";
import { golden } from "./golden.js";

type Given = { options: never; shape: number[]; values: number[] };

const x = tensor(Float32Array.from(golden.x.values), golden.x.shape);

const numbersOf = async (of: Tensor) => ({ shape: of.shape, values: await of.data() });

/** To 1e-4 of each value, and of the greatest where values cancel. */
const agrees = (actual: Tensor, { shape, values }: Given) => {
  const greatest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return closeTo(actual, numbers(values, shape), { rtol: 1e-4, atol: 2e-6 * greatest });
};

onEveryTarget("spectra as torchaudio and librosa have them", () => {
  test.each<Given>(golden.spectrogram)("spectrogram, $options", (given) =>
    agrees(audio.spectrogram(x, given.options), given),
  );
  test("stft", async () => {
    const { options, shape, real, imaginary } = golden.stft;
    const both = audio.stft(x, options);
    await agrees(both.real, { options: {} as never, shape, values: real });
    await agrees(both.imaginary, { options: {} as never, shape, values: imaginary });
  });
  test.each<{ size: number; options: never; values: number[] }>(golden.filters)(
    "mel filters, $options",
    ({ size, options, values }) =>
      closeTo(audio.melFilters(size, options), numbers(values, [129, 20]), { rtol: 1e-4, atol: 1e-6 }),
  );
  test("mel spectrogram", () => agrees(audio.melSpectrogram(x, golden.mel.options), golden.mel));
  test("mel spectrogram of librosa", () =>
    agrees(audio.melSpectrogram(x, golden.librosa.options), golden.librosa));
  // A mel spectrogram takes two frequencies from the same two sums, unless the transform is odd.
  test.each([
    { size: 16, hop: 5, windowLength: 13 },
    { size: 18, hop: 1, center: false },
    { size: 12, windowLength: 2, hop: 7, padding: "zeros" },
    { size: 15, hop: 4 },
    { size: 14, windowLength: 1, hop: 3 },
    { size: 20, hop: 6, power: 1, normalized: true, periodic: false },
  ] as const)("mel spectrogram is the spectrogram by the filters, %o", async (frames) => {
    const mel = { rate: 8000, mels: 3, low: 900, high: 3600 };
    const few = tensor(
      Float32Array.from({ length: 90 }, (_, i) => Math.sin(i * i)),
      [2, 45],
    );
    const [power, filters, found] = await Promise.all([
      numbersOf(audio.spectrogram(few, frames)),
      numbersOf(audio.melFilters(frames.size, mel)),
      audio.melSpectrogram(few, { ...frames, ...mel }),
    ]);
    const [n, t, k] = power.shape;
    const values = new Float64Array(n * t * 3);
    for (let row = 0; row < n * t; row++)
      for (let m = 0; m < 3; m++)
        for (let f = 0; f < k; f++)
          values[row * 3 + m] += power.values[row * k + f] * filters.values[f * 3 + m];
    await closeTo(found, numbers(values, [n, t, 3]), { rtol: 1e-4, atol: 1e-5 });
  });
  test("decibels within 30 of the loudest", () =>
    agrees(audio.decibels(audio.melSpectrogram(x, golden.mel.options), { range: 30 }), golden.decibels));
  test.each<Given & { width: number }>(golden.deltas)("deltas over $width frames", (given) => {
    const { shape, values } = golden.decibels;
    return agrees(audio.deltas(toTensor(numbers(values, shape)), { width: given.width }), given);
  });
  // Decibels near the floor are logarithms of what is nearly cancelled.
  test.each<Given>(golden.mfcc)("MFCC, $options", (given) => agrees(audio.mfcc(x, given.options), given));
});

/** The definition in f64, one sum after the other, as far as gradients are looked at: power and magnitude of three windows. */
function textbookSpectrum(samples: Numbers, size: number, hop: number, power: 1 | 2): Numbers {
  const [n, length] = samples.shape;
  const half = size >> 1;
  const at = (i: number, place: number): number => {
    const p = place < 0 ? -place : place >= length ? 2 * length - 2 - place : place;
    return samples.data[i * length + p];
  };
  return fill([n, 1 + Math.floor(length / hop), half + 1], ([i, t, k]) => {
    let [re, im] = [0, 0];
    for (let j = 0; j < size; j++) {
      const value = (0.5 - 0.5 * Math.cos((2 * Math.PI * j) / size)) * at(i, t * hop + j - half);
      re += value * Math.cos((2 * Math.PI * k * j) / size);
      im -= value * Math.sin((2 * Math.PI * k * j) / size);
    }
    return power === 2 ? re * re + im * im : Math.hypot(re, im);
  });
}

onEveryTarget("the gradients of spectra", () => {
  const sound = uniform([2, 27], { seed: 5, low: -1, high: 1 });
  const frames = { size: 8, hop: 5 };
  test.each([1, 2] as const)("of the power %d", async (power) => {
    const engine = (s: Tensor) => audio.spectrogram(s, { ...frames, power });
    const textbook = (s: Numbers) => textbookSpectrum(s, 8, 5, power);
    await closeTo(engine(toTensor(sound)), textbook(sound), { rtol: 1e-4, atol: 1e-5 });
    await checkGradient(engine, textbook, [sound], { rtol: 1e-3 });
  });
  test("of decibels of mels, and of their deltas", async () => {
    const mel = { rate: 8000, mels: 3 };
    const filters = await audio.melFilters(8, mel).data();
    const engine = (s: Tensor) =>
      audio.deltas(audio.decibels(audio.melSpectrogram(s, { ...frames, ...mel })), { width: 3 });
    const textbook = (s: Numbers): Numbers => {
      const power = textbookSpectrum(s, 8, 5, 2);
      const [n, count, bins] = power.shape;
      const decibel = (i: number, t: number, m: number) => {
        let sum = 0;
        for (let k = 0; k < bins; k++) sum += filters[k * 3 + m] * power.data[(i * count + t) * bins + k];
        return 10 * Math.log10(sum);
      };
      return fill(
        [n, count, 3],
        ([i, t, m]) => (decibel(i, Math.min(count - 1, t + 1), m) - decibel(i, Math.max(0, t - 1), m)) / 2,
      );
    };
    await closeTo(engine(toTensor(sound)), textbook(sound), { rtol: 1e-3, atol: 1e-3 });
    await checkGradient(engine, textbook, [sound], { rtol: 1e-3 });
  });
  test("of the magnitude of silence is nothing", async () => {
    const { grad, sum } = await import("../../src/index.js");
    const slope = grad((s: Tensor) => sum(audio.spectrogram(s, { ...frames, power: 1 })))(zeros([1, 27]));
    await closeTo(slope, numbers(new Float64Array(27), [1, 27]), { atol: 0 });
  });
});

describe("spectra say what is wrong", () => {
  test.each([
    [() => audio.spectrogram(zeros([100])), "spectrogram: x is of rank 1 (100), expected N×L samples"],
    [
      () => audio.spectrogram(zeros([1, 100])),
      'spectrogram: x has 100 samples (1×100), too few to be mirrored over 200; padding: "zeros" takes any',
    ],
    [() => audio.stft(zeros([1, 100]), { center: false }), "stft: x has 100 samples (1×100), a frame 400"],
    [
      () => audio.stft(zeros([1, 100]), { size: 32, windowLength: 33 }),
      "stft: the window has 33 samples, expected at most the 32 of the transform",
    ],
    [
      () => audio.melSpectrogram(zeros([1, 900]), { rate: 8000, low: 5000 }),
      "melSpectrogram: low is 5000 Hz, expected less than the 4000 Hz of high",
    ],
    [
      () => audio.mfcc(zeros([1, 900]), { rate: 8000, mels: 10, coefficients: 13 }),
      "mfcc: coefficients is 13, expected at most the 10 mels",
    ],
    [() => audio.deltas(zeros([1, 4])), "deltas: x is of rank 2 (1×4), expected N×T×F with frames"],
  ])("%#", (call, message) => expect(call).toThrow(message));
});
