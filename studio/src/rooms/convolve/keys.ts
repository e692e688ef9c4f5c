/** What the addresses of this room hold. */
import type { Rows } from "../../numbers/rows.js";
import type { Key } from "../../state/address.js";
import { decimal, flag, oneOf, rowsIn, table, text, wholeNumber, writtenRows } from "../../state/keys.js";
import { kernels, type PictureName, pictureNames } from "./pictures.js";

/** The most rows and columns of a picture that stands in cells. */
export const edge = 12;

/** A picture of the lectures by its name, or one of your own as rows. */
const picture = (standard: PictureName): Key<PictureName | Rows> => ({
  standard,
  read: (given) => pictureNames.find((name) => name === given) ?? rowsIn(given, edge),
  write: (value) => (typeof value === "string" ? value : writtenRows(value)),
});

/** A filter by the name of a kernel, or as rows; the picture's own where it is left out. */
const kernel: Key<string | Rows | undefined> = {
  standard: undefined,
  read: (given) =>
    Object.hasOwn(kernels, given.replace("x", "×")) ? given.replace("x", "×") : rowsIn(given, 5),
  write: (value) => (value === undefined ? "" : typeof value === "string" ? value : writtenRows(value)),
};

export const forwardKeys = {
  img: picture("strokes"),
  /** The picture cut or filled up with zeros to so many pixels each way; 0 as it is. */
  h: wholeNumber(0, 0, edge),
  f: wholeNumber(1, 1, 9),
  k: kernel,
  b: decimal(Number.NaN, -1e6, 1e6),
  s: wholeNumber(1, 1, 5),
  p: oneOf(["own", "0", "1", "same"], "own"),
  flip: flag,
  show: oneOf(["numbers", "letters"], "numbers"),
  cover: flag,
  check: table(edge),
  t: wholeNumber(1, 0, edge * edge),
};

export const channelsKeys = {
  r: table(8),
  g: table(8),
  b: table(8),
  wr: table(3),
  wg: table(3),
  wb: table(3),
  bias: decimal(1, -1e6, 1e6),
  n: wholeNumber(1, 1, 6),
  t: wholeNumber(1, 0, 64),
};

export const poolKeys = {
  of: oneOf(["strokes", "seven"], "strokes"),
  f: wholeNumber(1, 1, 2),
  m: table(edge),
  how: oneOf(["max", "average"], "max"),
  w: wholeNumber(2, 1, 4),
  s: wholeNumber(2, 1, 4),
  t: wholeNumber(1, 0, edge * edge),
};

export const shareKeys = {
  at: oneOf(["full", "local", "shared"], "full"),
  unit: wholeNumber(1, 1, 16),
};

export const activateKeys = {
  fn: oneOf(["sigmoid", "tanh", "relu", "leaky", "maxout", "elu"], "relu"),
  x: decimal(1, -4, 4),
  of: oneOf(["strokes", "seven"], "strokes"),
};

export const backwardKeys = {
  by: oneOf(["filter", "picture"], "filter"),
  show: oneOf(["letters", "numbers"], "letters"),
  x: table(3),
  w: table(2),
  e: table(2),
  t: wholeNumber(1, 0, 9),
};

export const backpoolKeys = {
  x: table(4),
  e: table(2),
  t: wholeNumber(4, 0, 4),
};

export const upsampleKeys = {
  x: table(4),
  how: oneOf(["switches", "repeat"], "switches"),
  t: wholeNumber(3, 0, 3),
};

export const learnKeys = {
  seed: wholeNumber(1, 0, 9999),
  rate: decimal(0.5, 0, 100),
  t: wholeNumber(0, 0, 150),
};

export const textKeys = {
  s: text("Love my pet Lipstick", 120),
  m: wholeNumber(2, 1, 5),
  t: wholeNumber(1, 0, 40),
};
