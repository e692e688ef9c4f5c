/** A plate's maps on one canvas, in pixels of the screen. */
import type { Values } from "../../engine/network/protocol.js";
import { colourOf, type Scale, type Theme } from "../../views/colours.js";
import { rangeOf } from "../../views/painting.js";
import { cornerOf, type Plate } from "./plates.js";

/** Tables of 512 colours, from the least to the greatest. */
const tables = new Map<string, Uint32Array>();
function tableOf(scale: Scale, theme: Theme): Uint32Array {
  const key = `${scale} ${theme}`;
  let table = tables.get(key);
  if (!table) {
    table = Uint32Array.from({ length: 513 }, (_, i) => {
      const value = scale === "signed" ? (i - 256) / 256 : i / 512;
      const [red, green, blue] = colourOf(scale, value, 1, theme);
      return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    });
    tables.set(key, table);
  }
  return table;
}

export interface Painting {
  readonly values: Values;
  readonly scale: Scale;
  /** Of all maps, or undefined where each has its own. */
  readonly range: number | undefined;
}

let source: HTMLCanvasElement | undefined;

export function paintPlate(
  canvas: HTMLCanvasElement,
  plate: Plate,
  { values: { data }, scale, range }: Painting,
  theme: Theme,
  paper: string,
): void {
  const sharp = Math.min(globalThis.devicePixelRatio || 1, 3);
  const [width, height] = [Math.round(plate.width * sharp), Math.round(plate.height * sharp)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const { rows, columns, count, first, zoom } = plate;
  const channels = data.length / (rows * columns);
  const isColour = plate.path === "" && channels === 3;
  source ??= document.createElement("canvas");
  source.width = columns;
  source.height = rows * count;
  const drawing = source.getContext("2d")!;
  const image = drawing.createImageData(columns, rows * count);
  const pixels = new Uint32Array(image.data.buffer);
  const table = tableOf(scale, theme);
  for (let k = 0; k < count; k++) {
    let own = range;
    if (own === undefined) {
      const map = Float32Array.from({ length: rows * columns }, (_, at) => data[at * channels + first + k]);
      own = rangeOf(map);
    }
    const [gain, zero] = scale === "signed" ? [256 / own, 256] : [512 / own, 0];
    for (let at = 0; at < rows * columns; at++) {
      if (isColour) {
        const [r, g, b] = [data[at * 3], data[at * 3 + 1], data[at * 3 + 2]];
        pixels[at] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
        continue;
      }
      const value = data[at * channels + first + k];
      pixels[k * rows * columns + at] = Number.isNaN(value)
        ? 0xff808080
        : table[Math.min(512, Math.max(0, Math.round(value * gain + zero)))];
    }
  }
  drawing.putImageData(image, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  if (plate.isLine) {
    context.fillStyle = paper;
    context.fillRect(0, 0, width, height);
  }
  for (let k = 0; k < count; k++) {
    const [x, y] = cornerOf({ ...plate, x: 0, y: 0 }, first + k)!;
    const [left, top] = [Math.round(x * sharp), Math.round(y * sharp)];
    const [right, bottom] = [Math.round((x + columns * zoom) * sharp), Math.round((y + rows * zoom) * sharp)];
    context.drawImage(source, 0, k * rows, columns, rows, left, top, right - left, bottom - top);
  }
}
