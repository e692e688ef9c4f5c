/** Tensors as pixels: many maps on one canvas, one of its pixels a value. */
import { colourOf, type Scale, type Theme } from "./colours.js";

const tables = new Map<string, Uint32Array>();
/** Colours of 256 even steps of a scale, as canvases hold them. */
function tableOf(scale: Scale, theme: Theme): Uint32Array {
  const key = `${scale} ${theme}`;
  const known = tables.get(key);
  if (known) return known;
  const made = Uint32Array.from({ length: 256 }, (_, i) => {
    const value = scale === "signed" ? (i - 127.5) / 127.5 : i / 255;
    const [red, green, blue] = colourOf(scale, Math.abs(value) < 0.004 ? 0 : value, 1, theme);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
  tables.set(key, made);
  return made;
}

export interface Maps {
  /** H×W×C, or N×… as rows of it. */
  readonly data: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  /** Channels that lie beside each other in `data`. */
  readonly of: number;
  /** The first channel, and how many are drawn. */
  readonly first?: number;
  readonly count?: number;
  readonly columns?: number;
  readonly scale: Scale;
  /** The value at the end of the scale. */
  readonly range: number;
  /** Three channels are one picture. */
  readonly isColour?: boolean;
}

/** Pixels of a canvas for these maps, one empty line between them. */
export function extentOf({
  height,
  width,
  of,
  count = of,
  columns = count,
  isColour,
}: Maps): [w: number, h: number] {
  const shown = isColour ? 1 : count;
  const across = Math.min(columns, shown);
  const rows = Math.ceil(shown / across);
  return [across * (width + 1) - 1, rows * (height + 1) - 1];
}

export function paint(canvas: HTMLCanvasElement, maps: Maps, theme: Theme): void {
  const { data, height, width, of, first = 0, count = of, columns = count, scale, range, isColour } = maps;
  const [w, h] = extentOf(maps);
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(w, h);
  const pixels = new Uint32Array(image.data.buffer);
  if (isColour) {
    for (let at = 0; at < height * width; at++)
      pixels[at] = ((255 << 24) | (data[at * of + 2] << 16) | (data[at * of + 1] << 8) | data[at * of]) >>> 0;
  } else {
    const table = tableOf(scale, theme);
    const [gain, zero] = scale === "signed" ? [127.5 / range, 127.5] : [255 / range, 0];
    for (let k = 0; k < count; k++) {
      const [top, left] = [Math.floor(k / columns) * (height + 1), (k % columns) * (width + 1)];
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          const value = data[(i * width + j) * of + first + k];
          const at = Math.min(255, Math.max(0, Math.round(value * gain + zero)));
          pixels[(top + i) * w + left + j] = Number.isNaN(value) ? 0xff808080 : table[at];
        }
    }
  }
  context.putImageData(image, 0, 0);
}

/** The greatest |value|; of what is rectified next only what will pass. 1 where all are 0. */
export function rangeOf(data: ArrayLike<number>, isPositive = false): number {
  let greatest = 0;
  for (let i = 0; i < data.length; i++) {
    const value = isPositive ? data[i] : Math.abs(data[i]);
    if (value > greatest && value < Number.POSITIVE_INFINITY) greatest = value;
  }
  return greatest || 1;
}
