/** Kinds of values that addresses hold. */
import type { Rows } from "../numbers/rows.js";
import type { Key } from "./address.js";

export const oneOf = <const T extends string>(names: readonly T[], standard: NoInfer<T>): Key<T> => ({
  standard,
  read: (text) => names.find((name) => name === text),
  write: (value) => value,
});

export const wholeNumber = (standard: number, least: number, most: number): Key<number> => ({
  standard,
  read: (text) =>
    /^-?\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined,
  write: String,
});

export const decimal = (standard: number, least: number, most: number): Key<number> => ({
  standard,
  read(text) {
    const value = numberIn(text);
    return value !== undefined && value >= least && value <= most ? value : undefined;
  },
  write: String,
});

export const flag: Key<boolean> = {
  standard: false,
  read: (text) => (text === "1" ? true : text === "0" ? false : undefined),
  write: (value) => (value ? "1" : "0"),
};

export const text = (standard: string, longest: number): Key<string> => ({
  standard,
  read: (given) => (given.length <= longest ? given : undefined),
  write: (value) => value,
});

export const names = (longest = 20): Key<readonly string[]> => ({
  standard: [],
  read: (given) => given.split(",").filter(Boolean).slice(0, longest),
  write: (value) => value.join(","),
});

/**
 * A table of numbers: rows of digits where each is one ("100/010"), else numbers between commas ("1,-1/0.5,2").
 * Four, nine, sixteen or twenty-five numbers without a stroke are a square.
 *
 * @param edge  the most rows and columns
 */
export const table = (edge: number): Key<Rows | undefined> => ({
  standard: undefined,
  read: (given) => rowsIn(given, edge),
  write: (rows) => (rows ? writtenRows(rows) : ""),
});

export function writtenRows(rows: Rows): string {
  const isDigits = rows.flat().every((v) => Number.isInteger(v) && v >= 0 && v <= 9);
  // A row of digits of one column would read as a column of numbers, which is the same.
  return rows.map((row) => row.map((v) => shortest(v)).join(isDigits ? "" : ",")).join("/");
}

/** f32 numbers come back as what was meant: 0.1 and not 0.10000000149011612. */
const shortest = (value: number): string => String(Number(value.toPrecision(7)));

export function rowsIn(given: string, edge: number): Rows | undefined {
  const lines = given.split("/");
  let rows: (number | undefined)[][] = given.includes(",")
    ? lines.map((line) => line.split(",").map(numberIn))
    : lines.map((line) => [...line].map((digit) => (/\d/.test(digit) ? Number(digit) : undefined)));
  const root = Math.sqrt(rows[0].length);
  if (rows.length === 1 && Number.isInteger(root) && root > 1) {
    const [all] = rows;
    rows = Array.from({ length: root }, (_, i) => all.slice(i * root, (i + 1) * root));
  }
  const width = rows[0].length;
  if (width === 0 || width > edge || rows.length > edge || rows.some((row) => row.length !== width))
    return undefined;
  return rows.flat().includes(undefined) ? undefined : (rows as number[][]);
}

/** What people type: a decimal point or comma of their own, a true minus. Nothing beyond what f32 and a cell can show. */
export function numberIn(given: string): number | undefined {
  const said = given.trim().replace("−", "-");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(said)) return undefined;
  const value = Number(said);
  return Math.abs(value) <= 1e6 ? value : undefined;
}
