import { movedByVectors } from "#platform";
import { optionsOf } from "../door/options.js";
import { rule } from "../door/rules.js";
import type { AffineMove } from "../platform/node-affine.js";
import { affineMaps, shifts } from "../random/streams.js";
import { calledAs } from "../tensor/printing.js";
import { madeOf } from "./augment-steps.js";
import type { Augment } from "./augmentation.js";
import { checkedAmount, checkedBackground, movesPixels } from "./each-picture.js";

/** Several augmentations, one after the other. */
export function compose(...steps: Augment[]): Augment {
  const inTurn: Augment = async (images, batch) => {
    for (const step of steps) await step(images, batch);
  };
  madeOf(inTurn, steps);
  return calledAs(inTurn, "compose", ...steps);
}

/**
 * Moves each picture by up to `pixels` whole pixels in both directions.
 * @param options.background  the value that comes in at the edges
 */
export function randomShift(pixels: number, options: { background?: number } = {}): Augment {
  const { background = 0 } = optionsOf("randomShift", options, { background: 1 });
  checkedAmount("randomShift", "pixels", pixels, { whole: true });
  checkedBackground("randomShift", [background]);
  return movesPixels(
    shifts,
    {
      draw: (random) => ({
        down: random.integer(2 * pixels + 1) - pixels,
        right: random.integer(2 * pixels + 1) - pixels,
      }),
      change(picture, moved, [h, w, c], { down, right }) {
        moved.fill(background);
        for (let i = Math.max(0, down); i < Math.min(h, h + down); i++)
          for (let j = Math.max(0, right); j < Math.min(w, w + right); j++)
            for (let k = 0; k < c; k++)
              moved[(i * w + j) * c + k] = picture[((i - down) * w + j - right) * c + k];
      },
      map: ({ down, right }) => ({ yy: 1, yx: 0, y0: -down, xy: 0, xx: 1, x0: -right }),
    },
    "randomShift",
    pixels,
    options,
  );
}

/**
 * Turns, scales and shears each picture about its centre, and moves it, each by a random amount; pixels between
 * pixels are interpolated linearly.
 *
 * @param options.rotation    greatest angle, in degrees
 * @param options.scale       smallest and greatest factor
 * @param options.shear       greatest shift to the side per pixel of height
 * @param options.shift       greatest shift in both directions, in pixels
 * @param options.background  the value outside the picture
 */
export function randomAffine(options: AffineOptions): Augment {
  return affineBy(movedByVectors, options);
}

/** How far handwriting is turned, sheared, enlarged and moved at most. */
export interface AffineOptions {
  rotation?: number;
  scale?: readonly [smallest: number, greatest: number];
  shear?: number;
  shift?: number;
  background?: number;
}

/** All pictures of a batch in place, to the bit as loops do it; false where it cannot. */
type MoveTogether = (
  images: Float32Array,
  shape: readonly [h: number, w: number, c: number],
  moves: readonly AffineMove[],
  background: number,
) => boolean;

export function affineBy(byVectors: MoveTogether, options: AffineOptions): Augment {
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
  return movesPixels(
    affineMaps,
    {
      draw(random) {
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
        return { sin, cos, slant, right, down };
      },
      together: (images, shape, moves) => byVectors(images, shape, moves, background),
      change: (picture, moved, shape, by) => moveAffinely(picture, moved, shape, by, background),
      map({ sin, cos, slant, right, down }, [h, w]) {
        const [middleY, middleX] = [(h - 1) / 2, (w - 1) / 2];
        const [xy, xx] = [slant * cos - sin, slant * sin + cos];
        return {
          ...{ yy: cos, yx: sin, y0: middleY - cos * (middleY + down) - sin * (middleX + right) },
          ...{ xy, xx, x0: middleX - xy * (middleY + down) - xx * (middleX + right) },
        };
      },
    },
    "randomAffine",
    options,
  );
}

/**
 * One loop, whose numbers stay in registers: what is handed from function to function for each pixel is put into objects.
 * At the edge, where there are fewer pixels, `sampleAtEdge` does the same.
 */
function moveAffinely(
  picture: Float32Array,
  moved: Float32Array,
  [h, w, c]: readonly [h: number, w: number, c: number],
  { sin, cos, slant, right, down }: AffineMove,
  background: number,
): void {
  const row = w * c;
  const middleY = (h - 1) / 2;
  const middleX = (w - 1) / 2;
  let at = 0;
  for (let i = 0; i < h; i++) {
    const y = i - middleY - down;
    for (let j = 0; j < w; j++, at += c) {
      const x = j - middleX - right;
      const turnedY = sin * x + cos * y;
      const fromX = cos * x - sin * y + slant * turnedY + middleX;
      const fromY = turnedY + middleY;
      if (!(fromY >= 0 && fromX >= 0 && fromY < h - 1 && fromX < w - 1)) {
        sampleAtEdge(picture, h, w, c, fromY, fromX, background, moved, at);
        continue;
      }
      const top = fromY | 0;
      const left = fromX | 0;
      const toRight = fromX - left;
      const toLeft = 1 - fromX + left;
      const toBottom = fromY - top;
      const toTop = 1 - fromY + top;
      for (let k = 0, p = top * row + left * c; k < c; k++, p++) {
        const above = picture[p] * toLeft + picture[p + c] * toRight;
        const below = picture[p + row] * toLeft + picture[p + row + c] * toRight;
        moved[at + k] = above * toTop + below * toBottom;
      }
    }
  }
}

/** Writes the colour of a picture at (y, x), between its pixels or beside them, to `out` from `at` on. */
function sampleAtEdge(
  picture: Float32Array,
  h: number,
  w: number,
  c: number,
  y: number,
  x: number,
  background: number,
  out: Float32Array,
  at: number,
): void {
  const i = Math.floor(y);
  const j = Math.floor(x);
  const isLeft = j >= 0 && j < w;
  const isRight = j >= -1 && j < w - 1;
  const isAbove = i >= 0 && i < h;
  const isBelow = i >= -1 && i < h - 1;
  for (let k = 0; k < c; k++) {
    const p = (i * w + j) * c + k;
    const q = p + w * c;
    const above =
      (isAbove && isLeft ? picture[p] : background) * (1 - x + j) +
      (isAbove && isRight ? picture[p + c] : background) * (x - j);
    const below =
      (isBelow && isLeft ? picture[q] : background) * (1 - x + j) +
      (isBelow && isRight ? picture[q + c] : background) * (x - j);
    out[at + k] = above * (1 - y + i) + below * (y - i);
  }
}
