import { optionsOf } from "../door/options.js";
import { upsample2d as enlarged, type UpsampleOptions } from "../ops/upsample2d.js";
import { checkPictures, type Pair, pair } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** One of `factor` and `size`. */
export interface Upsample2dOptions extends UpsampleOptions {
  /** How many times as large the picture gets; along y and x, if two. */
  factor?: Pair;
  /** Of the result, in pixels: its edge, or [height, width]. */
  size?: Pair;
}

/** Pictures enlarged, by repeating pixels or bilinearly: N×H×W×C to N×H'×W'×C. */
export function upsample2d(given: Upsample2dOptions & Named): Layer {
  const { name, ...options } = optionsOf("upsample2d", given, {
    factor: 1,
    size: 1,
    method: 1,
    alignCorners: 1,
    name: 1,
  });
  const { factor, size, ...how } = options;
  if ((factor === undefined) === (size === undefined))
    throw new TypeError(
      "upsample2d: expected either factor or size, a whole number from 1 on or one for each direction",
    );
  if (factor !== undefined) pair("upsample2d", "factor", factor, 1);
  const pixels = (x: Tensor): [number, number] => {
    if (size !== undefined) return pair("upsample2d", "size", size, 1);
    const [y, across] = pair("upsample2d", "factor", factor!, 1);
    return [x.shape[1] * y, x.shape[2] * across];
  };
  return printable({
    type: "upsample2d",
    name,
    options,
    forward(x) {
      checkPictures("upsample2d", x);
      return enlarged(x, pixels(x), how);
    },
    sees(x) {
      const [height, width] = pixels(x);
      const seen = how.method === "bilinear" ? 2 : 1;
      return {
        size: [Math.min(seen, x.shape[1]), Math.min(seen, x.shape[2])],
        stride: [x.shape[1] / height, x.shape[2] / width],
        repeats: seen === 1,
        places(along, i) {
          const [from, to] = along === 0 ? [x.shape[1], height] : [x.shape[2], width];
          if (how.method !== "bilinear") return [Math.floor((i * from) / to)];
          const place = how.alignCorners
            ? to > 1
              ? (i * (from - 1)) / (to - 1)
              : 0
            : ((i + 0.5) * from) / to - 0.5;
          const held = Math.min(Math.max(place, 0), from - 1);
          return [Math.floor(held), Math.ceil(held)];
        },
      };
    },
  });
}
