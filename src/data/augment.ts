import { optionsOf } from "../door/options.js";
import { rule } from "../door/rules.js";
import type { Augment } from "./batches.js";
import { checkedAmount, checkedBackground, eachPicture } from "./each-picture.js";

/** Several augmentations, one after the other. */
export function compose(...steps: Augment[]): Augment {
  return async (images, batch) => {
    for (const step of steps) await step(images, batch);
  };
}

/**
 * Moves each picture by up to `pixels` whole pixels in both directions.
 * @param background  the value that comes in at the edges
 */
export function randomShift(pixels: number, options: { background?: number } = {}): Augment {
  const { background = 0 } = optionsOf("randomShift", options, { background: 1 });
  checkedAmount("randomShift", "pixels", pixels, { whole: true });
  checkedBackground("randomShift", [background]);
  return eachPicture(1000, (picture, moved, [h, w, c], random) => {
    const down = random.integer(2 * pixels + 1) - pixels;
    const right = random.integer(2 * pixels + 1) - pixels;
    moved.fill(background);
    for (let i = Math.max(0, down); i < Math.min(h, h + down); i++)
      for (let j = Math.max(0, right); j < Math.min(w, w + right); j++)
        for (let k = 0; k < c; k++)
          moved[(i * w + j) * c + k] = picture[((i - down) * w + j - right) * c + k];
  });
}

/**
 * Turns, scales and shears each picture about its centre, and moves it, each by a random amount; pixels between
 * pixels are interpolated linearly.
 *
 * @param rotation    greatest angle, in degrees
 * @param scale       smallest and greatest factor
 * @param shear       greatest shift to the side per pixel of height
 * @param shift       greatest shift in both directions, in pixels
 * @param background  the value outside the picture
 */
export function randomAffine(options: {
  rotation?: number;
  scale?: readonly [smallest: number, greatest: number];
  shear?: number;
  shift?: number;
  background?: number;
}): Augment {
  const {
    rotation = 0,
    scale = [1, 1],
    shear = 0,
    shift = 0,
    background = 0,
  } = optionsOf("randomAffine", options, {
    rotation: 1,
    scale: rule("[smallest, greatest]", (value) => Array.isArray(value) && value.length === 2),
    shear: 1,
    shift: 1,
    background: 1,
  });
  const [smallest, greatest] = scale;
  if (!(smallest > 0 && smallest <= greatest && Number.isFinite(greatest)))
    throw new RangeError(
      `randomAffine: scale goes from ${smallest} to ${greatest}, expected 0 < smallest ≤ greatest`,
    );
  for (const [name, value] of Object.entries({ rotation, shear, shift }))
    checkedAmount("randomAffine", name, value);
  checkedBackground("randomAffine", [background]);
  return eachPicture(1001, (picture, moved, [h, w, c], random) => {
    const half = (random.uniform(-rotation, rotation) * Math.PI) / 360;
    const factor = random.uniform(...scale);
    const slant = random.uniform(-shear, shear);
    const right = random.uniform(-shift, shift);
    const down = random.uniform(-shift, shift);
    // The tangent of half the angle by its series gives sine and cosine that are the same on every engine.
    const square = half * half;
    const t = half * (1 + square / 3 + (2 * square * square) / 15);
    const cos = (1 - t * t) / (1 + t * t) / factor;
    const sin = (2 * t) / (1 + t * t) / factor;
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const y = i - (h - 1) / 2 - down;
        const x = j - (w - 1) / 2 - right;
        const fromY = sin * x + cos * y;
        const fromX = cos * x - sin * y + slant * fromY;
        sample(
          picture,
          [h, w, c],
          fromY + (h - 1) / 2,
          fromX + (w - 1) / 2,
          background,
          moved,
          (i * w + j) * c,
        );
      }
  });
}

/** Writes the colour of a picture at (y, x), between its pixels, to `out` from `at` on. */
function sample(
  picture: Float32Array,
  [h, w, c]: readonly [number, number, number],
  y: number,
  x: number,
  background: number,
  out: Float32Array,
  at: number,
): void {
  const i = Math.floor(y);
  const j = Math.floor(x);
  const pixel = (i: number, j: number, k: number) =>
    i < 0 || i >= h || j < 0 || j >= w ? background : picture[(i * w + j) * c + k];
  for (let k = 0; k < c; k++) {
    const above = pixel(i, j, k) * (1 - x + j) + pixel(i, j + 1, k) * (x - j);
    const below = pixel(i + 1, j, k) * (1 - x + j) + pixel(i + 1, j + 1, k) * (x - j);
    out[at + k] = above * (1 - y + i) + below * (y - i);
  }
}
