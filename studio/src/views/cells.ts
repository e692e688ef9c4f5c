/** Cells of a grid: what stands in them, in which colours, and what a screen reader says of them. */
import type { Rows } from "../numbers/rows.js";
import { exact, inCell } from "../numbers/text.js";
import { colourOf, css, inkOn, type Scale, type Theme } from "./colours.js";

export interface Cell {
  readonly text: string;
  /** A second line, smaller. */
  readonly note?: string;
  readonly fill?: string;
  readonly ink?: string;
  /** on: a pixel that is 1; off: one that is 0; border: zeros around a picture; unknown: not computed yet. */
  readonly look?: "on" | "off" | "border" | "unknown" | "nothing" | "nan" | "wrong" | "right";
  /** The pixel lies under the window. */
  readonly isSeen?: boolean;
  readonly label: string;
}

/** Frames around cells, told apart by shape. */
export interface Mark {
  readonly kind: "window" | "output" | "hover" | "asks";
  readonly row: number;
  readonly column: number;
  readonly rows?: number;
  readonly columns?: number;
}

export const place = (row: number, column: number): string => `row ${row + 1}, column ${column + 1}`;

/** A number on the colour of its value. */
export function valueCell(
  value: number,
  {
    range,
    size,
    theme,
    label,
    note,
    scale = "signed",
  }: {
    range: number;
    size: number;
    theme: Theme;
    label: string;
    note?: string;
    scale?: Scale;
  },
): Cell {
  const text = inCell(value, size);
  const said = saidOf(value, text, label);
  if (!Number.isFinite(value)) return { text: exact(value), note, look: "nan", label: said };
  if (value === 0) return { text: "0", note, look: "nothing", label: said };
  const colour = colourOf(scale, value, range, theme);
  return { text, note, fill: css(colour), ink: inkOn(colour), label: said };
}

export const unknownCell = (label: string, text = "?"): Cell => ({
  text,
  look: "unknown",
  label: `${label}: not computed yet`,
});

/** Of pictures whose pixels are 0 and 1, and their border of zeros: ink on paper. Others are drawn in grey. */
export function pixelCell(
  value: number,
  {
    size,
    label,
    isBorder,
    isSeen,
    greatest,
  }: { size: number; label: string; isBorder: boolean; isSeen: boolean; greatest: number },
): Cell {
  const said = `${label}: ${exact(value)}${isBorder ? ", a zero around the picture" : ""}`;
  if (isBorder) return { text: "0", look: "border", isSeen, label: said };
  if (value === 0) return { text: "0", look: "off", isSeen, label: said };
  if (value === 1 && greatest <= 1) return { text: "1", look: "on", isSeen, label: said };
  const share = Math.min(Math.abs(value) / Math.max(greatest, 1e-9), 1);
  return { text: inCell(value, size), look: value > 0 && share > 0.6 ? "on" : "off", isSeen, label: said };
}

/** Brightness as it is printed in small cells: 1,258 · 94.5 · 0.25 */
export function brightnessText(value: number): string {
  const size = Math.abs(value);
  return exact(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)));
}

/**
 * A pixel of a photograph, of 0 to 255; or of ink, from 0, paper, to 1.
 *
 * @param isWhole  without decimals, where there is no room for them
 */
export function brightnessCell(
  value: number,
  label: string,
  { isInk = false, isWhole = false }: { isInk?: boolean; isWhole?: boolean } = {},
): Cell {
  const grey = Math.round(Math.min(Math.max(isInk ? 255 * (1 - value) : value, 0), 255));
  const colour = [grey, grey, grey] as const;
  const text = isWhole && !isInk ? exact(Math.round(value)) : brightnessText(value);
  return { text, fill: css(colour), ink: inkOn(colour), label: saidOf(value, text, label) };
}

/** A product or a sum of brightness, on the colour of its sign. */
export function productCell(
  value: number,
  label: string,
  how: { range: number; size: number; theme: Theme },
): Cell {
  const text = brightnessText(value);
  return { ...valueCell(value, { ...how, label }), text, label: saidOf(value, text, label) };
}

/** What is printed is said, too, for who asks for a cell by what is to be read in it. */
const saidOf = (value: number, text: string, label: string): string =>
  `${label}: ${text === exact(value) ? text : `${text}, more exactly ${exact(value)}`}`;

export const rowsToCells = (
  rows: Rows,
  cell: (value: number, row: number, column: number) => Cell,
): Cell[][] => rows.map((row, i) => row.map((value, j) => cell(value, i, j)));
