import type { Plane } from "./raster.js";

/**
 * A plane sampled at other places: bilinear between the middles of pixels, the outermost values going on beyond
 * them. Shrinking by more than half should be preceded by a blur.
 */
export function resized({ width, height, values }: Plane, to: { width: number; height: number }): Plane {
  const [stepX, stepY] = [width / to.width, height / to.height];
  const result = new Float32Array(to.width * to.height);
  const columns = Array.from({ length: to.width }, (_, j) => place((j + 0.5) * stepX - 0.5, width));
  for (let i = 0; i < to.height; i++) {
    const { at: y, share: v } = place((i + 0.5) * stepY - 0.5, height);
    const above = y * width;
    const below = Math.min(y + 1, height - 1) * width;
    for (let j = 0; j < to.width; j++) {
      const { at: x, share: u } = columns[j];
      const right = Math.min(x + 1, width - 1);
      result[i * to.width + j] =
        (1 - v) * ((1 - u) * values[above + x] + u * values[above + right]) +
        v * ((1 - u) * values[below + x] + u * values[below + right]);
    }
  }
  return { width: to.width, height: to.height, values: result };
}

function place(position: number, extent: number): { at: number; share: number } {
  const held = Math.min(Math.max(position, 0), extent - 1);
  const at = Math.floor(held);
  return { at, share: held - at };
}
