import { describe, expect, test } from "vitest";
import { resample } from "../../src/audio/index.js";
import { agree } from "../checks/close-to.js";
import { numbers } from "../textbook/numbers.js";
import { golden } from "./golden.js";

describe("resample", () => {
  const samples = Float32Array.from(golden.x.values).subarray(0, 300);
  test.each<{ from: number; to: number; options: object; values: number[] }>(golden.resample)(
    "$from to $to, $options, as torchaudio",
    ({ from, to, options, values }) =>
      agree(resample(samples, from, to, options), numbers(values), { rtol: 1e-4, atol: 1e-6 }),
  );
  test("to the same rate gives the same samples, of none gives none", () => {
    expect(resample(samples, 8000, 8000)).toBe(samples);
    expect(resample(new Float32Array(), 8000, 16000)).toEqual(new Float32Array());
  });
  test("of a damaged header's rate, four thousand million and without a common divisor, ends at once", () => {
    const began = performance.now();
    expect(resample(samples, 4_294_967_291, 16_000).length).toBe(1);
    expect(performance.now() - began).toBeLessThan(5000);
  });
  test("says which rate is none", () => {
    expect(() => resample(samples, 8000, 0)).toThrow(
      "resample: a rate is 0, expected whole numbers of samples a second",
    );
  });
});
