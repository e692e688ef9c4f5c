import { optionsOf } from "../door/options.js";
import { wholeOfAtLeast } from "../door/rules.js";
import { slice } from "../ops/slice.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Named } from "./layer.js";
import type { Merging } from "./merging.js";
import { printable } from "./printable.js";
import { twoPictures } from "./two-pictures.js";

/** Where {@link cropTo} begins. */
export interface CropToOptions {
  /** So many rows and columns are left out before the first that stays; the middle stays if left out. */
  offset?: number;
}

/**
 * Of x and another one as many rows and columns of x as the other has: N×H×W×C and N×H'×W'×… to N×H'×W'×C. From the middle,
 * of an odd number more is left out below and at the right, or from `offset` on.
 *
 * @throws ShapeError where x is too small
 * Ronneberger, Fischer, Brox: U-Net, arXiv:1505.04597, figure 1 (from the middle); Long, Shelhamer, Darrell: Fully
 * Convolutional Networks for Semantic Segmentation, CVPR 2015 (from an offset).
 */
export function cropTo(given: CropToOptions & Named = {}): Merging {
  const { name, ...options } = optionsOf("cropTo", given, { offset: wholeOfAtLeast(0), name: 1 });
  return printable({
    type: "cropTo",
    name,
    options,
    forward(tensors) {
      const [x, like] = twoPictures("cropTo", "another of the size that x is to have", tensors);
      const [n, h, w, c] = x.shape;
      const [, height, width] = like.shape;
      const top = options.offset ?? (h - height) >> 1;
      const left = options.offset ?? (w - width) >> 1;
      if (top < 0 || left < 0 || top + height > h || left + width > w)
        throw new ShapeError(
          `cropTo: ${height}×${width} pixels${options.offset === undefined ? "" : ` from ${options.offset} on`} do not lie in x (${show(x.shape)})`,
        );
      return slice(x, [0, top, left, 0], [n, top + height, left + width, c]);
    },
  });
}
