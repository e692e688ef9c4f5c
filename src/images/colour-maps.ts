/** Numbers as pictures: maps in colours, laid over photographs. Rows from the top, H·W values or H·W·C. */
import { said } from "../door/said.js";
import { categorical, diverging, heat, type Rgb } from "../formatting/palettes.js";
import { brightness, type Picture } from "./picture.js";
import { resample } from "./resample.js";

/** In pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * Pixels of 0 to 255, rounded, as a picture; what lies beyond becomes black or white.
 *
 * @param values  H·W·C
 * @throws RangeError where they do not fill the size
 */
export function pictureOf(values: ArrayLike<number>, size: Size, channels: number): Picture {
  const { height, width } = size;
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`pictureOf: channels is ${said(channels)}, expected 1 or 3`);
  checkFilled("pictureOf", values, size, channels);
  const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) =>
    Math.min(Math.max(Math.round(values[i]), 0), 255),
  );
  return { height, width, channels, pixels };
}

/**
 * A map of values from 0 on, such as Grad-CAM's, from black over red to bright yellow.
 *
 * @param values  H·W
 * @param range   the values that are black and bright, those beyond too; if left out 0 and what 99 % are below, for one
 *     bright pixel shall not hide the rest
 * @returns       H×W×3
 * @throws RangeError where the values do not fill the size
 */
export function heatPicture(
  values: ArrayLike<number>,
  size: Size,
  [low, high]: readonly [number, number] = [0, usual(values)],
): Picture {
  return coloured("heatPicture", values, size, (v) => heat((v - low) / (high - low || 1)));
}

/**
 * Values of either sign, such as a gradient's: blue below zero, white at zero, red above.
 *
 * @param values   H·W
 * @param largest  what is fully blue and red; if left out the size that 99 % are below
 * @returns        H×W×3
 * @throws RangeError where the values do not fill the size
 */
export function signedPicture(values: ArrayLike<number>, size: Size, largest = usual(values)): Picture {
  return coloured("signedPicture", values, size, (v) => diverging(v / (largest || 1)));
}

/** Values of either sign, of three channels: zero is middle grey. */
export const signedColours = (values: ArrayLike<number>, size: Size, largest = usual(values) || 1): Picture =>
  pictureOf(
    Array.from(values, (v) => 127.5 * (1 + v / largest)),
    size,
    3,
  );

/**
 * Classes as colours, each its own.
 *
 * @param classes  H·W
 * @returns        H×W×3
 * @throws RangeError where they do not fill the size
 */
export function classPicture(classes: ArrayLike<number>, size: Size): Picture {
  return coloured("classPicture", classes, size, classColours(classes));
}

/** The colour of each class in `classPicture`, for what explains them beside it. */
export function classColours(classes: ArrayLike<number>): (one: number) => Rgb {
  const seen = [...new Set(Array.from(classes))].sort((a, b) => a - b);
  const places = new Map(seen.map((one, place) => [one, place]));
  return (one) => categorical(places.get(one)!);
}

/**
 * A map laid over a photograph in dark grey: the higher a value, the more of its colour is seen.
 *
 * @param values  H·W, from 0 on; resized to the photograph
 * @param most    the value that is brightest; if left out what 99 % are below
 * @returns       of the photograph's size, in colours
 * @throws RangeError where the values do not fill the size
 */
export function overlay(
  photo: Picture,
  values: ArrayLike<number>,
  size: Size,
  most = usual(values),
): Picture {
  checkFilled("overlay", values, size, 1);
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
  return { width: photo.width, height: photo.height, channels: 3, pixels };
}

export const overlayColour = (share: number): Rgb => heat(0.25 + 0.75 * share);

function coloured(
  speaker: string,
  values: ArrayLike<number>,
  size: Size,
  colour: (value: number) => Rgb,
): Picture {
  checkFilled(speaker, values, size, 1);
  const { height, width } = size;
  const pixels = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) pixels.set(colour(values[i]), 3 * i);
  return { height, width, channels: 3, pixels };
}

function checkFilled(
  speaker: string,
  values: ArrayLike<number>,
  { height, width }: Size,
  channels: number,
): void {
  if (values?.length !== height * width * channels)
    throw new RangeError(
      `${speaker}: there are ${values?.length ?? said(values)} values, ${height}×${width}${channels === 1 ? "" : `×${channels}`} are ${height * width * channels}`,
    );
}

/**
 * What a map ends at: the size that all but a hundredth are below, for one bright pixel shall not hide the rest. Small
 * maps show all. Zeros do not count: a map may be empty nearly everywhere.
 */
export function usual(values: ArrayLike<number>): number {
  const sizes = Float64Array.from(values, Math.abs)
    .filter((v) => v > 0)
    .sort();
  const last = sizes.length - 1;
  return sizes[values.length < 400 ? last : Math.min(last, Math.floor(0.99 * sizes.length))] ?? 0;
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
