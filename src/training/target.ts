import type { Loss } from "../losses/index.js";
import { mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import type { Tensor } from "../tensor/tensor.js";

/** What an output is compared with: the class of a picture, or the picture itself, its pixels from 0 to 1. */
export type Target = "class" | "picture";

/** The same of a batch, as a loss takes it: N classes, or N×H×W×C. */
export function targetsOf(
  target: Target,
  { images, labels }: { [name in "images" | "labels"]: Tensor },
): Tensor {
  return target === "class" ? labels : mul(cast(images, "f32"), 1 / 255);
}

/** How many of these labels the mean of a loss is over. */
export function countedOf(labels: Int32Array, { ignore }: Loss): number {
  return ignore === undefined ? labels.length : labels.reduce((n, label) => n + Number(label !== ignore), 0);
}
