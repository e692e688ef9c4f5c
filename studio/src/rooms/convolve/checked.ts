/** A printed result against a computed one. */
import type { Rows } from "../../numbers/rows.js";
import { numberIn } from "../../state/keys.js";

/** @returns rows of numbers between spaces or commas, undefined where the text is no table */
export function printedRows(text: string): Rows | undefined {
  const rows = text
    .trim()
    .split(/\s*[\n/;]\s*/)
    .map((line) =>
      line
        .trim()
        .split(/[\s,]+/)
        .map(numberIn),
    );
  const isTable = rows.length > 0 && rows.every((row) => row.length === rows[0].length);
  return isTable && !rows.flat().includes(undefined) ? (rows as number[][]) : undefined;
}

const decimalsOf = (value: number): number => String(value).split(".")[1]?.length ?? 0;

/**
 * Which cells are not what was computed, rounded to as many decimals as the print has.
 *
 * @returns undefined where the two are of different sizes
 */
export function differing(printed: Rows, computed: Rows): boolean[][] | undefined {
  if (printed.length !== computed.length || printed[0].length !== computed[0].length) return undefined;
  const half = 0.5 * 10 ** -Math.max(...printed.flat().map(decimalsOf));
  return printed.map((row, i) => row.map((value, j) => Math.abs(value - computed[i][j]) > half + 1e-6));
}
