/** What this room says. A translation is another file like this one. */
import { counted, exact, pointed } from "../../numbers/text.js";

const at = (row: number, column: number): string => `Row ${row + 1}, column ${column + 1}`;

export const filterWords = {
  /** The sentence on top. */
  reading: (row: number, column: number, before: number, after: number) =>
    `${at(row, column)}: ${pointed(before)} becomes ${pointed(after)}.`,
  start: (kernel: string, title: string) => `${kernel} over ${title}.`,
  waiting: "The library computes it.",
  sum0: "The weights sum to 0: where nothing changes, nothing answers.",
  sum1: "The weights sum to 1: what is flat stays as bright as it was.",
  sumOther: (sum: number) =>
    `The weights sum to ${exact(sum)}: what is flat becomes ${exact(Number(sum.toPrecision(3)))} times as bright.`,
  separable: (n: number, m: number) =>
    `A column times a row: ${n} + ${m} weights in two passes do the work of ${n * m}.`,
  notSeparable: "No column and row multiply to it: it is done in one pass.",
  none: "All weights are 0: the result is, too.",
};

export const templateWords = {
  one: (score: string, row: number, column: number) =>
    `Found once, at row ${row + 1}, column ${column + 1}: ${score}.`,
  places: (n: number, w: number, h: number) =>
    `${n === 2 ? "Two places" : counted(n, "place")}, the same ${(w * h).toLocaleString("en-US")} weights`,
  under: (w: number, h: number, W: number, H: number) =>
    `The template has ${h}×${w} = ${(w * h).toLocaleString("en-US")} weights; a layer that sees the whole picture needs ${H}×${W} = ${(W * H).toLocaleString("en-US")}. They are counted once, however often it is found.`,
};

export const edgesWords = {
  gradient: (row: number, column: number, size: number, degrees: number) =>
    size === 0
      ? `${at(row, column)}: nothing changes here.`
      : `${at(row, column)}: it brightens ${towards(degrees)}, by ${pointed(size)}.`,
  compass: (row: number, column: number, mask: string, answer: number) =>
    `${at(row, column)}: the mask ${mask} answers most, ${pointed(answer)}.`,
};

const ways = [
  "to the right",
  "to the lower right",
  "downwards",
  "to the lower left",
  "to the left",
  "to the upper left",
  "upwards",
  "to the upper right",
];

/** @param degrees  clockwise from the right, as seen */
export const towards = (degrees: number): string => ways[((Math.round(degrees / 45) % 8) + 8) % 8];

export const hogWords = {
  reading: (row: number, column: number, bin: string, share: string) =>
    `Cell ${row + 1}, ${column + 1}: ${share} of its edges run ${bin}.`,
  empty: (row: number, column: number) => `Cell ${row + 1}, ${column + 1} is flat.`,
};
