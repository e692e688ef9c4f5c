import { optionsOf } from "../door/options.js";
import { rule } from "../door/rules.js";
import { covers, flips } from "../random/streams.js";
import { calledAs } from "../tensor/printing.js";
import type { Augment } from "./batches.js";
import { checkedAmount, checkedBackground, eachPicture } from "./each-picture.js";

/** Shows half of the pictures, drawn anew in each epoch, as in a mirror. */
export function randomFlip(): Augment {
  return calledAs(
    eachPicture(flips, (picture, changed, [h, w, c], random) => {
      if (random.uniform() < 0.5) return changed.set(picture);
      for (let i = 0; i < h; i++)
        for (let j = 0; j < w; j++)
          for (let k = 0; k < c; k++) changed[(i * w + j) * c + k] = picture[(i * w + w - 1 - j) * c + k];
    }),
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
  return calledAs(
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
    "cutout",
    size,
    options,
  );
}
