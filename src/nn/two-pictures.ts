import { checkPictures } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Tree } from "../tensor/tree.js";
import { several } from "./merging.js";

/**
 * Two batches of pictures: what a layer changes, and what it makes it fit to.
 * @throws TypeError where there are not two
 */
export function twoPictures(type: string, second: string, tensors: Tree): readonly [x: Tensor, like: Tensor] {
  const list = several(type, tensors);
  if (list.length !== 2)
    throw new TypeError(`${type}: there are ${list.length} inputs, expected x and ${second}`);
  for (const one of list) checkPictures(type, one);
  return [list[0], list[1]];
}
