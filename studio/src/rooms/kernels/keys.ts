/** What the addresses of this room hold. */
import type { Rows } from "../../numbers/rows.js";
import type { Key } from "../../state/address.js";
import { flag, oneOf, rowsIn, wholeNumber, writtenRows } from "../../state/keys.js";

/** Pictures that are there, and those that are asked for: a file of yours is in no link. */
export const sourceNames = ["coffee", "cat", "rocket", "letter", "birds", "mine", "webcam"] as const;
export type SourceName = (typeof sourceNames)[number];

const source = (standard: SourceName): Key<SourceName> => oneOf(sourceNames, standard);

/** The kernels of the library's table, in the order of the lectures. */
export const tableNames = [
  "identity",
  "ridge4",
  "ridge8",
  "sharpen",
  "boxBlur",
  "gaussian3",
  "gaussian5",
  "unsharp5",
  "softBlur",
  "corner",
  "downsampleSum",
  "downsampleMean",
  "emboss",
  "sobelX",
  "sobelY",
  "prewittX",
  "prewittY",
  "scharrX",
  "scharrY",
] as const;

/** Kernels that follow from a formula, of any odd size. */
export const formulaNames = ["mean", "gaussian", "laplacian", "unsharp", "motion", "gabor"] as const;
export type FormulaName = (typeof formulaNames)[number];

export const largestKernel = 11;

const kernel: Key<string | Rows> = {
  standard: "sharpen",
  read: (given) =>
    [...tableNames, ...formulaNames].find((name) => name === given) ?? rowsIn(given, largestKernel),
  write: (value) => (typeof value === "string" ? value : writtenRows(value)),
};

export type Place = readonly [row: number, column: number];

/** "120,200": a pixel. */
const pixel: Key<Place | undefined> = {
  standard: undefined,
  read(given) {
    const parts = /^(\d{1,4}),(\d{1,4})$/.exec(given);
    return parts ? [Number(parts[1]), Number(parts[2])] : undefined;
  },
  write: (value) => (value ? value.join(",") : ""),
};

/** "left.top.width.height", several between commas. */
const parts: Key<readonly { x: number; y: number; width: number; height: number }[] | undefined> = {
  standard: undefined,
  read(given) {
    const all = given.split(",").map((text) => /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text));
    if (all.length > 3 || all.includes(null)) return undefined;
    return all.map((found) => {
      const [x, y, width, height] = found!.slice(1).map(Number);
      return { x, y, width: Math.max(width, 1), height: Math.max(height, 1) };
    });
  },
  write: (all) => all?.map(({ x, y, width, height }) => [x, y, width, height].join(".")).join(",") ?? "",
};

export const pixelsKeys = {
  src: source("letter"),
  step: oneOf(["1", "2", "4", "8"], "1"),
  at: pixel,
  /** The letter as it was drawn over. */
  img: {
    standard: undefined,
    read: (given: string) => rowsIn(given, 12),
    write: (rows: Rows | undefined) => (rows ? writtenRows(rows) : ""),
  } satisfies Key<Rows | undefined>,
};

export const filterKeys = {
  src: source("coffee"),
  k: kernel,
  /** Edge of a kernel that follows from a formula. */
  n: oneOf(["3", "5", "7", "9", "11"], "5"),
  a: wholeNumber(0, 0, 179),
  beyond: oneOf(["mirror", "zero", "repeat", "wrap"], "mirror"),
  c: oneOf(["grey", "red", "green", "blue"], "grey"),
  show: oneOf(["fitting", "as is", "size", "signed"], "fitting"),
  at: pixel,
};

export const templateKeys = {
  src: source("birds"),
  t: parts,
  f: wholeNumber(1, 1, 3),
  how: oneOf(["normalised", "response"], "normalised"),
  n: wholeNumber(2, 1, 6),
  at: pixel,
};

export const edgesKeys = {
  src: source("coffee"),
  by: oneOf(["sobel", "prewitt", "scharr", "robinson", "canny"], "sobel"),
  blur: oneOf(["0", "1", "1.4", "2", "3"], "1.4"),
  low: wholeNumber(60, 0, 1000),
  high: wholeNumber(160, 0, 1000),
  at: pixel,
};

export const hogKeys = {
  src: source("cat"),
  cell: oneOf(["4", "8", "16"], "8"),
  bins: oneOf(["6", "9", "12", "18"], "9"),
  whole: flag,
  /** The window's upper left corner. */
  w: pixel,
  at: pixel,
};

export const pointsKeys = {
  src: source("coffee"),
  most: oneOf(["50", "100", "200", "400"], "100"),
  match: flag,
  turn: wholeNumber(30, -180, 180),
  zoom: oneOf(["0.5", "0.7", "0.8", "1", "1.4"], "0.8"),
  ratio: oneOf(["0.6", "0.7", "0.8", "0.9", "1"], "0.8"),
  second: oneOf(["turned", "mine"], "turned"),
  p: wholeNumber(0, 0, 400),
};
