import { expect } from "vitest";
import { type DType, type Tensor, tensor } from "../../src/index.js";
import { type Numbers, sizeOf } from "../textbook/numbers.js";

export interface Tolerance {
  /**
   * Allowed beside |expected|: f32 keeps 6e-8 of each value, and a sum of a few hundred terms, or an exponential built
   * from a polynomial, loses some ten times that.
   */
  rtol?: number;
  /** Allowed whatever is expected: what a sum of terms of size 1 that cancel leaves over. */
  atol?: number;
}

const holders = { f32: Float32Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array };

/** The same values in the engine's hands. */
export function toTensor(x: Numbers, dtype: DType = "f32"): Tensor {
  return tensor(holders[dtype].from(x.data), [...x.shape], dtype);
}

/** The place of the k-th value: [1, 0, 3]. */
function place(k: number, shape: readonly number[]): string {
  const indices = shape.map((extent, axis) => Math.floor(k / sizeOf(shape.slice(axis + 1))) % extent);
  return `[${indices.join(", ")}]`;
}

/** Shape and every value; NaN agrees with NaN, an infinity with the same, and what overflows f32 with an infinity. */
export async function closeTo(
  actual: Tensor,
  expected: Numbers,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
): Promise<void> {
  expect(actual.shape, "shape").toEqual(expected.shape);
  agree(await actual.data(), expected, { rtol, atol });
}

/** No tolerance: for what moves or chooses values and computes none. */
export async function equalTo(actual: Tensor, expected: Numbers, dtype: DType = "f32"): Promise<void> {
  expect(actual.dtype, "dtype").toBe(dtype);
  expect(actual.shape, "shape").toEqual(expected.shape);
  agree(await actual.data(), expected, { rtol: 0, atol: 0 });
}

/** Every value within rtol·|expected| + atol; else the first that is not, the worst, and how many. */
export function agree(
  actual: ArrayLike<number>,
  expected: Numbers,
  { rtol, atol }: Required<Tolerance>,
  what = "value",
): void {
  expect(actual.length, "number of values").toBe(expected.data.length);
  const wrong: { k: number; by: number }[] = [];
  for (let k = 0; k < expected.data.length; k++) {
    const [a, e] = [actual[k], Math.fround(expected.data[k])];
    if (a === e || Object.is(a, e)) continue;
    const by = Math.abs(a - expected.data[k]) / (rtol * Math.abs(expected.data[k]) + atol);
    if (!(Number.isFinite(e) && by <= 1)) wrong.push({ k, by });
  }
  if (wrong.length === 0) return;
  const line = ({ k }: { k: number }) =>
    `${what} at ${place(k, expected.shape)} is ${actual[k]}, expected ${expected.data[k]}`;
  const worst = wrong.reduce((a, b) => (b.by > a.by ? b : a));
  throw new Error(
    [
      `${wrong.length} of ${expected.data.length} are off (rtol ${rtol}, atol ${atol})`,
      `first ${line(wrong[0])}`,
      `worst ${line(worst)}`,
    ].join("\n"),
  );
}
