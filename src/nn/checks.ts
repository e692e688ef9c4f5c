/** Options of layers, checked where the layer is made. */
import { said } from "../door/said.js";
import { ShapeError } from "../tensor/shapes.js";

/** A whole number of at least 1. */
export function checkedCount(speaker: string, option: string, value: number): number {
  if (!Number.isInteger(value) || value < 1)
    throw new ShapeError(`${speaker}: ${option} is ${said(value)}, expected a whole number of at least 1`);
  return value;
}

/** A number in low ≤ value < below. */
export function checkedShare(speaker: string, option: string, value: number, low = 0, below = 1): number {
  if (typeof value !== "number" || !(value >= low && value < below))
    throw new RangeError(`${speaker}: ${option} is ${said(value)}, expected ${low} ≤ ${option} < ${below}`);
  return value;
}

/** A finite number, of at least so much. */
export function checkedNumber(
  speaker: string,
  option: string,
  value: number,
  least = Number.NEGATIVE_INFINITY,
): number {
  if (!(Number.isFinite(value) && value >= least))
    throw new RangeError(
      `${speaker}: ${option} is ${value}, expected a number${least === 0 ? " of at least 0" : ""}`,
    );
  return value;
}

/** One of some words. */
export function checkedWord(speaker: string, option: string, value: string, words: readonly string[]): void {
  if (!words.includes(value))
    throw new RangeError(
      `${speaker}: ${option} is ${JSON.stringify(value)}, expected ${words.map((word) => `"${word}"`).join(" or ")}`,
    );
}
