import { optionsOf } from "../door/options.js";
import { rule } from "../door/rules.js";
import { covers, crops, flips } from "../random/streams.js";
import { madeBy } from "./augment-steps.js";
import type { Augment } from "./augmentation.js";
import { checkedAmount, checkedBackground, eachPicture, movesPixels } from "./each-picture.js";
import { randomRegion } from "./random-region.js";

/** Shows half of the pictures, drawn anew in each epoch, as in a mirror. */
export function randomFlip(): Augment {
  return movesPixels(
    flips,
    {
      draw: (random) => random.uniform() >= 0.5,
      change(picture, changed, [h, w, c], isMirrored) {
        if (!isMirrored) return changed.set(picture);
        for (let i = 0; i < h; i++)
          for (let j = 0; j < w; j++)
            for (let k = 0; k < c; k++) changed[(i * w + j) * c + k] = picture[(i * w + w - 1 - j) * c + k];
      },
      map: (isMirrored, [, w]) => ({
        ...{ yy: 1, yx: 0, y0: 0, xy: 0 },
        xx: isMirrored ? -1 : 1,
        x0: isMirrored ? w - 1 : 0,
      }),
    },
    "randomFlip",
  );
}

/**
 * Covers a square of each picture, whose centre lies anywhere in it.
 *
 * @param size                edge of the square, in pixels: 16 for CIFAR-10, 8 for CIFAR-100
 * @param options.background  what it is covered with: one number, or one for each channel
 * DeVries, Taylor: Improved Regularization of Convolutional Neural Networks with Cutout, arXiv:1708.04552, section 3.2.
 */
export function cutout(size: number, options: { background?: number | readonly number[] } = {}): Augment {
  const { background = 0 } = optionsOf("cutout", options, {
    background: rule(
      "a number, or a list of one for each channel",
      (value) => typeof value === "number" || Array.isArray(value),
    ),
  });
  checkedAmount("cutout", "size", size, { whole: true });
  const colour = typeof background === "number" ? [background] : background;
  checkedBackground("cutout", colour);
  return madeBy(
    eachPicture(covers, (picture, changed, [h, w, c], random) => {
      if (colour.length !== 1 && colour.length !== c)
        throw new RangeError(
          `cutout: background has ${colour.length} values, the pictures have ${c} channels`,
        );
      changed.set(picture);
      const top = random.integer(h) - (size >> 1);
      const left = random.integer(w) - (size >> 1);
      for (let i = Math.max(0, top); i < Math.min(h, top + size); i++)
        for (let j = Math.max(0, left); j < Math.min(w, left + size); j++)
          for (let k = 0; k < c; k++) changed[(i * w + j) * c + k] = colour[colour.length === 1 ? 0 : k];
    }),
    { name: "cutout", given: [size, options] },
  );
}

/**
 * Shows a part of each picture in the size of the whole; pixels between pixels are interpolated linearly.
 *
 * @param options  `area` of the part, smallest and greatest, as a share of the picture's: 0.25 to 1 if left out; `ratio`, how
 *                 many times as wide as high, or as high as wide, it may be at most: 4/3 if left out
 */
export function randomCrop(
  options: { area?: readonly [smallest: number, greatest: number]; ratio?: number } = {},
): Augment {
  const { area = [0.25, 1], ratio = 4 / 3 } = optionsOf("randomCrop", options, {
    area: rule(
      "[smallest, greatest] with 0 < smallest ≤ greatest ≤ 1",
      (value) => Array.isArray(value) && value[0] > 0 && value[0] <= value[1] && value[1] <= 1,
    ),
    ratio: rule("a number of at least 1", (value) => Number.isFinite(value) && (value as number) >= 1),
  });
  const parts = { area: [...area] as const, ratio };
  return movesPixels(
    crops,
    {
      draw: (random, [height, width]) => randomRegion({ height, width }, random, parts),
      change: (picture, changed, shape, part) => enlarge(picture, changed, shape, part),
      map: ({ left, top, height, width }, [h, w]) => ({
        ...{ yy: height / h, yx: 0, y0: top + height / h / 2 - 0.5 },
        ...{ xy: 0, xx: width / w, x0: left + width / w / 2 - 0.5 },
      }),
    },
    "randomCrop",
    options,
  );
}

/** Beyond the middles of the outermost pixels their value goes on. */
function enlarge(
  picture: Float32Array,
  changed: Float32Array,
  [h, w, c]: readonly [h: number, w: number, c: number],
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): void {
  const row = w * c;
  let at = 0;
  for (let i = 0; i < h; i++) {
    const y = Math.min(Math.max(top + ((i + 0.5) * height) / h - 0.5, 0), h - 1);
    const above = Math.floor(y);
    const down = above < h - 1 ? row : 0;
    for (let j = 0; j < w; j++) {
      const x = Math.min(Math.max(left + ((j + 0.5) * width) / w - 0.5, 0), w - 1);
      const before = Math.floor(x);
      const on = before < w - 1 ? c : 0;
      for (let k = 0, p = above * row + before * c; k < c; k++, p++, at++) {
        const upper = picture[p] * (1 - x + before) + picture[p + on] * (x - before);
        const lower = picture[p + down] * (1 - x + before) + picture[p + down + on] * (x - before);
        changed[at] = upper * (1 - y + above) + lower * (y - above);
      }
    }
  }
}
