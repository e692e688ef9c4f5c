import type { Canvas } from "./canvas.js";

/**
 * The brightness of one picture with the colours of another: Y of `bright`, I and Q of `colours`, in YIQ.
 * Gatys, Bethge, Hertzmann, Shechtman: Preserving Color in Neural Artistic Style Transfer, arXiv:1606.05897, section 3.2.
 */
export function withColoursOf(colours: Canvas, bright: Canvas): Canvas {
  if (bright.channels !== 3) return bright;
  const values = new Float32Array(bright.values.length);
  for (let at = 0; at < values.length; at += 3) {
    const change = luma(bright.values, at) - luma(colours.values, at);
    // Where I and Q stay, the three channels change by the same amount.
    for (let c = 0; c < 3; c++) values[at + c] = Math.min(Math.max(colours.values[at + c] + change, 0), 255);
  }
  return { ...bright, values };
}

/** ITU-R BT.601. */
const luma = (rgb: Float32Array, at: number): number =>
  0.299 * rgb[at] + 0.587 * rgb[at + 1] + 0.114 * rgb[at + 2];
