/** Maps in colours, each with what its colours mean; parts of pictures. */
import {
  extremes,
  heatPicture,
  overlay,
  overlayColour,
  type Size,
  signedColours,
  signedPicture,
  usual,
} from "../../images/colour-maps.js";
import type { Picture } from "../../images/picture.js";
import { type ColourScale, greyScale, heatScale, signedScale } from "./colour-scale.js";

/** A map in colours, and what they mean. */
export interface Shaded {
  readonly picture: Picture;
  readonly scale: ColourScale;
}

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

/** A map laid over a photograph, with its scale. */
export function overlaid(
  photo: Picture,
  values: ArrayLike<number>,
  size: Size,
  { unit, most = usual(values) }: { unit: string; most?: number },
): Shaded {
  const beyond = extremes(values)[1] > most ? ("above" as const) : undefined;
  return {
    picture: overlay(photo, values, size, most),
    scale: { colour: overlayColour, range: [0, most], unit, beyond },
  };
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
