import { describe, expect, test } from "vitest";
import * as audio from "../../src/audio/index.js";
import { compile, tensor, zeros } from "../../src/index.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import { numbers } from "../textbook/numbers.js";

onEveryTarget("specAugment", () => {
  const [n, frames, features] = [40, 50, 20];
  const x = uniform([n, frames, features], { seed: 3, low: 1, high: 2 });
  test("hides bands and stretches no wider than said, elsewhere in each example, and leaves the rest", async () => {
    const y = await audio
      .specAugment(toTensor(x), { seed: 7, frequencyWidth: 6, timeWidth: 30, timeShare: 0.2, value: 0 })
      .data();
    const widths = { bands: new Set<number>(), stretches: new Set<number>() };
    for (let i = 0; i < n; i++) {
      const at = (t: number, f: number) => y[(i * frames + t) * features + f];
      const bands = Array.from({ length: features }, (_, f) => f).filter((f) =>
        Array.from({ length: frames }, (_, t) => at(t, f)).every((v) => v === 0),
      );
      const stretches = Array.from({ length: frames }, (_, t) => t).filter((t) =>
        Array.from({ length: features }, (_, f) => at(t, f)).every((v) => v === 0),
      );
      for (const run of [bands, stretches]) expect(run).toEqual(run.map((_, k) => run[0] + k));
      widths.bands.add(bands.length);
      widths.stretches.add(stretches.length);
      for (let t = 0; t < frames; t++)
        for (let f = 0; f < features; f++)
          if (!bands.includes(f) && !stretches.includes(t))
            expect(at(t, f)).toBe(Math.fround(x.data[(i * frames + t) * features + f]));
    }
    expect([...widths.bands].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    // A fifth of 50 frames: less than ten.
    expect(Math.max(...widths.stretches)).toBe(9);
  });
  test("shows the mean in the place of what is hidden, and changes nothing without masks", async () => {
    const y = await audio.specAugment(toTensor(x), { seed: 7, frequencyMasks: 0, timeWidth: 30 }).data();
    const own = x.data.subarray(0, frames * features);
    const mean = own.reduce((sum, v) => sum + v, 0) / own.length;
    const changed = y.subarray(0, frames * features).filter((v, k) => v !== Math.fround(own[k]));
    expect(changed.length).toBeGreaterThan(0);
    for (const value of changed) expect(value).toBeCloseTo(mean, 5);
    await closeTo(audio.specAugment(toTensor(x), { seed: 7, frequencyMasks: 0, timeMasks: 0 }), x, {
      atol: 0,
    });
  });
  test("is another one for each seed of a compiled step", async () => {
    const run = compile((seed: ReturnType<typeof zeros>) => audio.specAugment(toTensor(x), { seed }));
    const of = async (seed: number) => (await (await run(tensor(Int32Array.of(seed), []))).data()).slice();
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });
});

onEveryTarget("warpVoices", () => {
  test("moves the peaks of spectra by less than the spread, to both sides, and keeps their height", async () => {
    const [n, features, peak] = [60, 40, 15];
    const x = zeros([n, 1, features]);
    const bump = Float32Array.from({ length: n * features }, (_, i) =>
      Math.exp(-(((i % features) - peak) ** 2) / 18),
    );
    const y = await audio.warpVoices(tensor(bump, x.shape), { seed: 4, rate: 8000, spread: 0.2 }).data();
    const peaks = Array.from({ length: n }, (_, i) => {
      const row = y.subarray(i * features, (i + 1) * features);
      expect(Math.max(...row)).toBeGreaterThan(0.95);
      return row.indexOf(Math.max(...row));
    });
    // 0.8 to 1.2 times the frequency of mel 15, at 2595·log10: mels 12 to 18 are within.
    expect(Math.min(...peaks)).toBeGreaterThanOrEqual(12);
    expect(Math.max(...peaks)).toBeLessThanOrEqual(19);
    expect(Math.min(...peaks)).toBeLessThan(peak);
    expect(Math.max(...peaks)).toBeGreaterThan(peak);
  });
  test("with one step leaves spectra as they are", () => {
    const x = uniform([2, 3, 8], { seed: 2 });
    return closeTo(audio.warpVoices(toTensor(x), { seed: 1, rate: 8000, steps: 1 }), x, { atol: 1e-5 });
  });
});

describe("changes of samples", () => {
  const samples = Float32Array.from({ length: 800 }, (_, i) => Math.sin((2 * Math.PI * 400 * i) / 8000));
  test("changeSpeed leaves less of it, and makes it higher", () => {
    const fast = audio.changeSpeed(samples, 1.25);
    expect(fast.length).toBe(640);
    const crossings = fast.reduce((count, v, i) => count + Number(i > 0 && v >= 0 !== fast[i - 1] >= 0), 0);
    expect(Math.abs(crossings - 80)).toBeLessThanOrEqual(2); // 400 Hz for 0.1 s are 80, now in 0.08 s
    expect(audio.changeSpeed(samples, 1)).toBe(samples);
    expect(() => audio.changeSpeed(samples, 0)).toThrow(
      "changeSpeed: the factor is 0, expected 0.01 at least",
    );
  });
  test("shifted", () => {
    const x = Float32Array.of(1, 2, 3);
    expect([0, 1, -2, 3, -9].map((by) => [...audio.shifted(x, by)])).toEqual([
      [1, 2, 3],
      [0, 1, 2],
      [3, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
  test("withNoise adds so much of it as was said", () => {
    const power = (x: Float32Array) => x.reduce((sum, v) => sum + v * v, 0) / x.length;
    const noise = audio.whiteNoise(4096, 3);
    expect(power(noise)).toBeCloseTo(1, 1);
    const both = audio.withNoise(samples, noise, 20);
    const added = both.map((v, i) => v - samples[i]);
    expect(10 * Math.log10(power(samples) / power(added))).toBeCloseTo(20, 0);
    expect([...audio.withNoise(samples, new Float32Array(3), 0)]).toEqual([...samples]);
    expect(() => audio.withNoise(samples, new Float32Array(), 0)).toThrow("withNoise: the noise is none");
  });
  test("numbers of a sound of two channels become their mean", () => {
    const sound = audio.soundOf([Float32Array.of(1, 0), Float32Array.of(0, 0.5)], 8000);
    expect(numbers([...audio.mono(sound)])).toEqual(numbers([0.5, 0.25]));
    expect(audio.secondsOf(sound)).toBe(2 / 8000);
    for (const [act, says] of [
      [
        () => audio.soundOf([1, 2] as never, 8000),
        "soundOf: the samples are [1, 2], expected a Float32Array, or",
      ],
      [
        () => audio.soundOf(Float64Array.of(1) as never, 8000),
        "soundOf: the samples are a Float64Array of 1, expected",
      ],
      [
        () => audio.soundOf(new Float32Array(1), "8000" as never),
        "soundOf: the rate is 8000, expected samples a second",
      ],
      [
        () => audio.soundOf(new Float32Array(1), Infinity),
        "soundOf: the rate is Infinity, expected samples a second",
      ],
      [() => audio.secondsOf({} as never), "secondsOf: the sound is {}, expected { rate, channels }"],
      [
        () => audio.encodeWav({ ...sound, rate: 0.5 }),
        "encodeWav: the sound has 2 channels at a rate of 0.5",
      ],
      [
        () => audio.readWav(new ArrayBuffer(8) as never),
        "readWav: the bytes are an ArrayBuffer, expected a Uint8Array",
      ],
      [
        () => audio.resample([1, 2] as never, 2, 1),
        "resample: the list of samples is [1, 2], expected a Float32Array",
      ],
      [
        () => audio.resample(new Float32Array(1e6), 1, 48_000),
        "resample: 1000000 samples at 1 would be 48000000000 at 48000",
      ],
      [() => audio.whiteNoise(-1, 1), "whiteNoise: length is -1, expected a whole number of at least 0"],
    ] as const)
      expect(act).toThrow(says);
    expect(() => audio.soundOf([], 8000)).toThrow(
      "soundOf: the channels have no samples, expected as many of each",
    );
  });
});
