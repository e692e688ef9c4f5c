import { optionsOf } from "../door/options.js";
import { type UpsampleOptions, upsample2d } from "../ops/upsample2d.js";
import type { Named } from "./layer.js";
import type { Merging } from "./merging.js";
import { printable } from "./printable.js";
import { twoPictures } from "./two-pictures.js";

/**
 * Of x and another one x as large as the other is: N×H×W×C and N×H'×W'×… to N×H'×W'×C, by repeating pixels or bilinearly. Where
 * pictures were halved with odd sizes they come back by it.
 */
export function upsampleTo(given: UpsampleOptions & Named = {}): Merging {
  const { name, ...options } = optionsOf("upsampleTo", given, { method: 1, alignCorners: 1, name: 1 });
  return printable({
    type: "upsampleTo",
    name,
    options,
    forward(tensors) {
      const [x, like] = twoPictures("upsampleTo", "another of the size that x is to have", tensors);
      return upsample2d(x, [like.shape[1], like.shape[2]], options);
    },
  });
}
