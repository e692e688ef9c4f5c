/** Small tables of numbers, rows from the top: pictures, filters and maps as the rooms hold them. */
export type Rows = readonly (readonly number[])[];

/** [of(0), of(1), …]. In markup the compiler takes Array.from for a constant, and a call of ours for none. */
export const times = <T>(n: number, of: (i: number) => T): T[] =>
  Array.from({ length: Math.max(n, 0) }, (_, i) => of(i));

export const filled = (
  height: number,
  width: number,
  value: (row: number, column: number) => number,
): number[][] =>
  Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) => value(i, j)));

/** The greatest |value|, for a range that is even about zero; 1 where all are zero. */
export const greatestSize = (...tables: readonly Rows[]): number => {
  let greatest = 0;
  for (const value of tables.flat(2))
    if (Number.isFinite(value)) greatest = Math.max(greatest, Math.abs(value));
  return greatest || 1;
};

/** The filter turned by half a turn: what a textbook's convolution lays over the picture. */
export const turned = (rows: Rows): number[][] => rows.map((row) => [...row].reverse()).reverse();

export const withCell = (rows: Rows, row: number, column: number, value: number): number[][] =>
  rows.map((line, i) => line.map((old, j) => (i === row && j === column ? value : old)));
