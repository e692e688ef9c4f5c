/** Numbers as the studio prints them: those of the command line, with a true minus. */
import { significant } from "../../../src/formatting/numbers.js";

export { counted } from "../../../src/formatting/numbers.js";

const minus = (text: string): string => text.replaceAll("-", "−");

/** As precisely as f32 is: 0.4000000059604645 → "0.4", −3 → "−3". The number itself in a sum or beside it. */
export function exact(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "−∞" : "∞";
  const rounded = Number(value.toPrecision(6));
  const size = Math.abs(rounded);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return minus(rounded.toExponential());
  return minus(String(Object.is(rounded, -0) ? 0 : rounded));
}

/** Four significant digits, for the line of what is pointed at. */
export function pointed(value: number): string {
  if (!Number.isFinite(value)) return exact(value);
  return minus(String(Number(value.toPrecision(4))));
}

/** Three significant digits, of what counts for or against: 0.25 → "+0.25". */
export const signedText = (value: number): string =>
  `${value > 0 ? "+" : ""}${pointed(Number(value.toPrecision(3)))}`;

/** Three significant digits, as reports have them. */
export const short = (value: number): string => minus(significant(value));

/**
 * In a cell: whole numbers as such, others with two decimals from 44 px, one from 28 px, and below one without the zero
 * before it: 0.1 printed as 0 would be another number.
 *
 * @param size  edge of the cell, in CSS pixels
 */
export function inCell(value: number, size: number): string {
  if (!Number.isFinite(value)) return exact(value);
  const near = Math.round(value);
  // f32 sums of tenths miss whole numbers in the last digits.
  if (Math.abs(value - near) < 1e-6 * Math.max(1, Math.abs(value)))
    return minus(String(near === 0 ? 0 : near));
  const text = value
    .toFixed(size >= 44 ? 2 : 1)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
  if (text === "0" || text === "-0") return value < 0 ? "−0" : "0";
  return minus(size < 28 ? text.replace(/^(-?)0\./, "$1.") : text);
}

/** In a sum: negative factors stand in brackets. */
export const factor = (value: number): string => (value < 0 ? `(${exact(value)})` : exact(value));

const words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** 3 → "three", from ten on digits. */
export const inWords = (n: number): string => words[n] ?? String(n);

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** 0.941 → "94.1 %". 100 % is said of all and of nothing less. Its sign stays with it. */
export function certainty(share: number): string {
  if (!Number.isFinite(share)) return "–";
  if (share < 1 && share > 0.9995) return ">\u00a099.9\u00a0%";
  return `${(100 * share).toFixed(1)}\u00a0%`;
}
