/** Planes of numbers as pictures. */
import type { Plane } from "../../features/raster.js";
import { diverging } from "../../formatting/palettes.js";
import type { Picture } from "../../images/picture.js";

/** Black at 0 (or at the lowest value, if that is below), white at the highest. */
export function greyPicture({ width, height, values }: Plane): Picture {
  let [low, high] = [0, 1e-12];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const pixels = Uint8Array.from(values, (v) => Math.round((255 * (v - low)) / (high - low)));
  return { width, height, channels: 1, pixels };
}

/** Blue below 0, white at 0, red above; the largest value, of either sign, is the strongest. */
export function signedPicture({ width, height, values }: Plane): Picture {
  const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-12);
  const pixels = new Uint8Array(values.length * 3);
  values.forEach((v, i) => {
    pixels.set(diverging(v / largest), 3 * i);
  });
  return { width, height, channels: 3, pixels };
}

/** Directions as colours: red to the right, then yellow, green, … clockwise; as bright as `strength`, 0 to 1. */
export function directionPicture({ width, height, values }: Plane, strength: ArrayLike<number>): Picture {
  const pixels = new Uint8Array(values.length * 3);
  values.forEach((angle, i) => {
    const [r, g, b] = hue(angle / (2 * Math.PI));
    const light = 255 * Math.min(1, Math.max(0, strength[i]));
    pixels.set([r * light, g * light, b * light], 3 * i);
  });
  return { width, height, channels: 3, pixels };
}

/** A turn once round the colours. */
export function hue(turn: number): [number, number, number] {
  const at = (((turn % 1) + 1) % 1) * 6;
  const ramp = (k: number) => Math.min(1, Math.max(0, Math.abs(((at + k) % 6) - 3) - 1));
  return [ramp(0), ramp(4), ramp(2)];
}
