import { wholeOfAtLeast } from "../door/rules.js";
import type { Hog } from "./hog.js";
import type { Plane } from "./raster.js";
import { settingsOf } from "./settings.js";

/**
 * The picture of a HOG: in every cell a stroke for each orientation, lying along the edge (across the gradient) and
 * as bright as the cell's histogram is high there. The strongest stroke of the picture is 1, the ground 0.
 *
 * @param edge  of a cell in the glyph picture, in pixels
 */
export function hogGlyphs(
  { cellRows, cellColumns, bins, signed, histograms }: Hog,
  options: { edge?: number } = {},
): Plane {
  const { edge = 16 } = settingsOf("hogGlyphs", options, { edge: wholeOfAtLeast(4) });
  const strongest = histograms.reduce((most, v) => Math.max(most, v), 0) || 1;
  const strokes = Array.from({ length: bins }, (_, k) =>
    stroke(((k + 0.5) / bins) * (signed ? 2 : 1) * Math.PI, edge),
  );
  const [width, height] = [cellColumns * edge, cellRows * edge];
  const values = new Float32Array(width * height);
  for (let i = 0; i < cellRows; i++)
    for (let j = 0; j < cellColumns; j++)
      for (let k = 0; k < bins; k++) {
        const weight = histograms[(i * cellColumns + j) * bins + k] / strongest;
        if (weight === 0) continue;
        for (let a = 0; a < edge; a++)
          for (let b = 0; b < edge; b++) {
            const at = (i * edge + a) * width + j * edge + b;
            values[at] = Math.max(values[at], weight * strokes[k][a * edge + b]);
          }
      }
  return { width, height, values };
}

/** A line through the middle of a square, across the direction `angle`, with soft sides. */
function stroke(angle: number, edge: number): Float32Array {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const thickness = Math.max(0.7, edge / 20);
  return Float32Array.from({ length: edge * edge }, (_, at) => {
    const [x, y] = [(at % edge) - (edge - 1) / 2, Math.floor(at / edge) - (edge - 1) / 2];
    const [across, along] = [Math.abs(x * dx + y * dy), Math.abs(x * dy - y * dx)];
    const soft = (distance: number) => Math.min(1, Math.max(0, distance + 0.5));
    return soft(thickness - across) * soft((edge - 2) / 2 - along);
  });
}
