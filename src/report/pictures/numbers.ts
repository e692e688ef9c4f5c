/** Numbers as pictures: maps in colours, laid over photographs. Rows from the top, H·W values or H·W·C. */
import { brightness, type Picture } from "../../images/picture.js";
import { resample } from "../../images/resample.js";
import { diverging, heat, type Rgb } from "../sheet/colours.js";
import { type ColourScale, greyScale, heatScale, signedScale } from "./colour-scale.js";

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Pixels of 0 to 255 as a picture. */
export function pictureOf(values: ArrayLike<number>, { height, width }: Size, channels: number): Picture {
  const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) =>
    Math.min(Math.max(Math.round(values[i]), 0), 255),
  );
  return { height, width, channels: channels === 3 ? 3 : 1, pixels };
}

/** A map in colours, and what they mean. */
export interface Shaded {
  readonly picture: Picture;
  readonly scale: ColourScale;
}

/** Values from black to bright, between the ends of the range; from 0 to `usual` if left out. */
export function heatPicture(
  values: ArrayLike<number>,
  size: Size,
  [low, high]: readonly [number, number] = [0, usual(values)],
): Picture {
  return coloured(values, size, (v) => heat((v - low) / (high - low || 1)));
}

/** Values of either sign: blue below zero, white at zero, red above. */
export function signedPicture(values: ArrayLike<number>, size: Size, largest = usual(values) || 1): Picture {
  return coloured(values, size, (v) => diverging(v / (largest || 1)));
}

/** Values of either sign, of three channels: zero is middle grey. */
export const signedColours = (values: ArrayLike<number>, size: Size, largest = usual(values) || 1): Picture =>
  pictureOf(
    Array.from(values, (v) => 127.5 * (1 + v / largest)),
    size,
    3,
  );

/**
 * A map with its scale: from black to bright where all values are of one sign, else blue, white and red about zero.
 * Three values a pixel become a picture in colours about grey.
 */
export function shaded(
  values: ArrayLike<number>,
  size: Size,
  { unit, range, channels = 1 }: { unit: string; range?: readonly [number, number]; channels?: number },
): Shaded {
  const [low, high] = range ?? extremes(values);
  if (channels === 3 || low < 0) {
    const most = range ? Math.max(Math.abs(low), Math.abs(high)) || 1 : usual(values) || 1;
    const beyond = Math.max(...extremes(values).map(Math.abs)) > most ? ("both" as const) : undefined;
    const ends = { range: [-most, most] as const, unit, beyond };
    return channels === 3
      ? { picture: signedColours(values, size, most), scale: greyScale(ends) }
      : { picture: signedPicture(values, size, most), scale: signedScale(ends) };
  }
  const ends = range ?? ([0, usual(values)] as const);
  const beyond = extremes(values)[1] > ends[1] ? ("above" as const) : undefined;
  return { picture: heatPicture(values, size, ends), scale: heatScale({ range: ends, unit, beyond }) };
}

/**
 * What a map ends at: the size that all but a hundredth are below, for one bright pixel shall not hide the rest. Small
 * maps show all.
 */
const usual = (values: ArrayLike<number>): number =>
  values.length < 400
    ? Math.max(0, ...Array.from(values, Math.abs))
    : quantile(Array.from(values, Math.abs), 0.99);

/** A map laid over a photograph in dark grey: the higher a value, the more of its colour is seen. */
export function overlay(photo: Picture, values: ArrayLike<number>, size: Size, most?: number): Picture {
  return overlaid(photo, values, size, { unit: "", most }).picture;
}

/** The same with its scale. */
export function overlaid(
  photo: Picture,
  values: ArrayLike<number>,
  size: Size,
  { unit, most = usual(values) }: { unit: string; most?: number },
): Shaded {
  const map = resample(values, { ...size, channels: 1 }, photo);
  const grey = brightness(photo);
  const pixels = new Uint8Array(photo.width * photo.height * 3);
  for (let i = 0; i < grey.length; i++) {
    const share = Math.min(Math.max(map[i] / (most || 1), 0), 1);
    const colour = overlayColour(share);
    const weight = 0.75 * share;
    for (let c = 0; c < 3; c++)
      pixels[3 * i + c] = Math.round(0.7 * grey[i] * (1 - weight) + colour[c] * weight);
  }
  const beyond = extremes(values)[1] > most ? ("above" as const) : undefined;
  return {
    picture: { width: photo.width, height: photo.height, channels: 3, pixels },
    scale: { colour: overlayColour, range: [0, most], unit, beyond },
  };
}

const overlayColour = (share: number): Rgb => heat(0.25 + 0.75 * share);

/** Classes as colours, each its own. */
export function classPicture(classes: ArrayLike<number>, size: Size): Picture {
  const seen = [...new Set(Array.from(classes))].sort((a, b) => a - b);
  return coloured(classes, size, (k) => categorical[seen.indexOf(k) % categorical.length]);
}

/** Part of a picture. */
export function cut(
  { width, channels, pixels }: Picture,
  box: Size & { top: number; left: number },
): Picture {
  const rows = Array.from({ length: box.height }, (_, i) => {
    const begin = ((box.top + i) * width + box.left) * channels;
    return pixels.subarray(begin, begin + box.width * channels);
  });
  const part = new Uint8Array(box.height * box.width * channels);
  rows.forEach((row, i) => {
    part.set(row, i * box.width * channels);
  });
  return { width: box.width, height: box.height, channels, pixels: part };
}

function coloured(values: ArrayLike<number>, { height, width }: Size, colour: (v: number) => Rgb): Picture {
  const pixels = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) pixels.set(colour(values[i]), 3 * i);
  return { height, width, channels: 3, pixels };
}

/** The least and the greatest value. */
export function extremes(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

/** The value that this share of the others lie below. Zeros do not count: a map may be empty nearly everywhere. */
function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values)
    .filter((v) => v !== 0)
    .sort();
  return sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Okabe, Ito: colours that people with any colour vision tell apart; then paler ones. */
const categorical: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [86, 180, 233],
  [213, 94, 0],
  [240, 228, 66],
  [150, 150, 150],
  [140, 100, 60],
  [170, 200, 160],
];
