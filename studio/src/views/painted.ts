/** Numbers as the pixels of a canvas: photographs, maps, directions. */
import type { Raster } from "receptive/features";
import { colourOf, type Scale, type Theme } from "./colours.js";

/** Colours are looked up, not computed for each pixel. */
const steps = 512;
const tables = new Map<string, Uint8ClampedArray>();

function tableOf(scale: Scale, theme: Theme): Uint8ClampedArray {
  const key = `${scale} ${theme}`;
  let table = tables.get(key);
  if (!table) {
    table = new Uint8ClampedArray(3 * (steps + 1));
    const from = scale === "signed" ? -1 : 0;
    for (let i = 0; i <= steps; i++)
      table.set(colourOf(scale, from + ((1 - from) * i) / steps, 1, theme), 3 * i);
    tables.set(key, table);
  }
  return table;
}

/** Bytes, or numbers that are cut to bytes; those of ink run from paper, 0, to ink, 1. */
export function painted({ width, height, channels, pixels }: Raster, isInk = false): ImageData {
  const image = new ImageData(width, height);
  const { data } = image;
  const [scale, from] = isInk ? [-255, 255] : [1, 0];
  for (let i = 0, at = 0; at < data.length; i += channels, at += 4) {
    data[at] = from + scale * pixels[i];
    data[at + 1] = channels === 1 ? data[at] : from + scale * pixels[i + 1];
    data[at + 2] = channels === 1 ? data[at] : from + scale * pixels[i + 2];
    data[at + 3] = 255;
  }
  return image;
}

/** One number a pixel in the colours of a scale, whose end is `range`; sizes where the sign does not count. */
export function coloured(
  { width, height, values }: { width: number; height: number; values: ArrayLike<number> },
  { scale, range, theme, isSize = false }: { scale: Scale; range: number; theme: Theme; isSize?: boolean },
): ImageData {
  const image = new ImageData(width, height);
  const { data } = image;
  const table = tableOf(scale, theme);
  const isSigned = scale === "signed";
  for (let i = 0, at = 0; at < data.length; i++, at += 4) {
    const value = (isSize ? Math.abs(values[i]) : values[i]) / range;
    const share = isSigned ? (value + 1) / 2 : value;
    const step = 3 * Math.round(steps * Math.min(Math.max(share, 0), 1));
    data[at] = table[step];
    data[at + 1] = table[step + 1];
    data[at + 2] = table[step + 2];
    data[at + 3] = 255;
  }
  return image;
}

/** A turn round the colours, equally light: red to the right, then clockwise as seen. */
export function hueOf(angle: number): readonly [number, number, number] {
  const wave = (phase: number) => 0.5 + 0.5 * Math.cos(angle - phase);
  return [wave(0), wave((2 * Math.PI) / 3), wave((4 * Math.PI) / 3)];
}

/** Directions as colours, as light as `strength` is of `range`. */
export function directions(
  { width, height, values }: { width: number; height: number; values: ArrayLike<number> },
  strength: ArrayLike<number>,
  range: number,
): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    const light = 255 * Math.min(1, strength[i] / range);
    const [red, green, blue] = hueOf(values[i]);
    image.data[at] = light * red;
    image.data[at + 1] = light * green;
    image.data[at + 2] = light * blue;
    image.data[at + 3] = 255;
  }
  return image;
}

/** Brightness at places as far from each other, for a thumbnail: at most so many across, one at least. */
export function thumbnailOf({ width, height, channels, pixels }: Raster, across = 28): number[][] {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / across));
  const places = (extent: number) =>
    Array.from({ length: Math.ceil(extent / step) }, (_, k) => Math.min(k * step + (step >> 1), extent - 1));
  return places(height).map((i) => places(width).map((j) => pixels[(i * width + j) * channels]));
}
