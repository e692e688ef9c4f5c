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
