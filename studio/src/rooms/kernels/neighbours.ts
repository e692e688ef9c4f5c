/** Pixels around a place, as filters see them: mirrored at the border. */
import type { Rows } from "../../numbers/rows.js";
import { indexBeyond } from "./kernel-list.js";
import type { Shown } from "./sources.svelte.js";

/** ITU-R BT.601, as the library's `grey`. */
export function brightnessAt({ pixels, channels }: Shown, at: number): number {
  return channels === 1
    ? pixels[at]
    : 0.299 * pixels[3 * at] + 0.587 * pixels[3 * at + 1] + 0.114 * pixels[3 * at + 2];
}

/** Brightness of edge×edge pixels around a place. */
export function around(picture: Shown, row: number, column: number, edge = 3): Rows {
  const half = edge >> 1;
  return Array.from({ length: edge }, (_, a) =>
    Array.from({ length: edge }, (_, b) => {
      const i = indexBeyond(row + a - half, picture.height, "mirror")!;
      const j = indexBeyond(column + b - half, picture.width, "mirror")!;
      return brightnessAt(picture, i * picture.width + j);
    }),
  );
}

export const under = (rows: Rows, weights: Rows): number =>
  rows.reduce((sum, line, a) => sum + line.reduce((part, x, b) => part + x * weights[a][b], 0), 0);
