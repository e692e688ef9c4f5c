import { checkedWhole, checkTensor } from "../tensor/arguments.js";
import { ShapeError } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { equal } from "./comparisons.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";

/**
 * For each label a row of zeros with a 1 at its class, f32, on a new last axis. A label outside 0 … classes − 1
 * gives a row of zeros.
 */
export const oneHot = (labels: Tensor, classes: number): Tensor => cast(isClass(labels, classes), "f32");

/** The same as bool. */
export function isClass(labels: Tensor, classes: number): Tensor {
  checkTensor("oneHot", "labels", labels);
  checkedWhole("oneHot", "classes", classes, 0);
  if (labels.type !== "i32" && labels.type !== "u8")
    throw new ShapeError(`oneHot: the labels are ${labels.type}, expected integers (i32 or u8)`);
  const shape = [...labels.shape, classes];
  const label = broadcastTo(reshape(cast(labels, "i32"), [...labels.shape, 1]), shape);
  return equal(label, broadcastTo(range(classes), shape));
}
