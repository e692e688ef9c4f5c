import { add, maximum, mul, sub } from "../../../ops/arithmetic.js";
import { cast } from "../../../ops/cast.js";
import { greaterEqual } from "../../../ops/comparisons.js";
import { concat } from "../../../ops/concat.js";
import { sqrt } from "../../../ops/elementary.js";
import { gather } from "../../../ops/gather.js";
import { range } from "../../../ops/range.js";
import { reshape } from "../../../ops/reshape.js";
import { sampledBins } from "../../../ops/roi-align.js";
import { tensor } from "../../../tensor/creation.js";
import type { Tensor } from "../../../tensor/tensor.js";
import { fourOf } from "./box-codes.js";

/** A box of such an edge, in pixels, looks at the level whose places are 2⁴ pixels apart. */
const usualEdge = 224;
const usualLevel = 4;

/**
 * The level of a pyramid that a box looks at, from 0 on: k = ⌊4 + log₂(√(h·w) / 224)⌋, held within the levels that there are.
 *
 * @param boxes   …×4, [top, left, bottom, right] in pixels
 * @param finest  the k of level 0, whose places are 2^k pixels apart
 * @param count   how many levels there are
 * @returns       …×1 whole numbers
 * Lin et al.: Feature Pyramid Networks, CVPR 2017, equation 1.
 */
export function levelOf(boxes: Tensor, { finest, count }: { finest: number; count: number }): Tensor {
  const [top, left, bottom, right] = fourOf(boxes);
  const edge = sqrt(mul(maximum(sub(bottom, top), 0), maximum(sub(right, left), 0)));
  // A box that is to have just 112 pixels may have a hair less: a millionth of a level is let go.
  const from = (level: number): number => usualEdge * 2 ** (finest + level - usualLevel - 1e-6);
  return Array.from({ length: count - 1 }, (_, i) => cast(greaterEqual(edge, from(i + 1)), "i32")).reduce(
    (sum, one) => add(sum, one),
    mul(cast(edge, "i32"), 0),
  );
}

/**
 * RoI align on a pyramid: what its levels show in boxes, of each box one level (`levelOf`), with 2×2 points a bin and without
 * the half pixel of aligned boxes, as torchvision has it.
 *
 * @param levels  N×h×w×C each, the finest first; each has half the edges of the one before it
 * @param boxes   N×R×4, [top, left, bottom, right] in pixels of the picture
 * @param how     `finest`: places of the first level are 2^finest pixels apart; `size`: bins along each edge
 * @returns       (N·R)×size×size×C
 * Lin et al.: Feature Pyramid Networks, CVPR 2017, section 4.2; He et al.: Mask R-CNN, ICCV 2017, section 3.
 */
export function pyramidAlign(
  levels: readonly Tensor[],
  boxes: Tensor,
  { finest, size }: { finest: number; size: number },
): Tensor {
  const [n, results] = boxes.shape;
  const k = n * results;
  const channels = levels[0].shape[3];
  const pixels = concat(
    levels.map((level) => reshape(level, [n * level.shape[1] * level.shape[2], channels])),
    { axis: 0 },
  );
  const extents = levels.map(({ shape: [, height, width] }) => ({ height, width }));
  const begins = extents.map((_, i) =>
    extents.slice(0, i).reduce((sum, { height, width }) => sum + n * height * width, 0),
  );
  const rows = reshape(boxes, [k, 4]);
  const level = levelOf(rows, { finest, count: levels.length });
  const ofLevel = (values: readonly number[], type: "i32" | "f32"): Tensor =>
    gather(tensor(values, [values.length], type), level);
  const [height, width] = [
    ofLevel(
      extents.map((one) => one.height),
      "i32",
    ),
    ofLevel(
      extents.map((one) => one.width),
      "i32",
    ),
  ];
  const image = reshape(mul(reshape(range(n), [n, 1]), add(mul(range(results), 0), 1)), [k, 1]);
  const [y1, x1, y2, x2] = fourOf(rows);
  return sampledBins(
    pixels,
    {
      ...{ x1, y1, x2, y2, height, width },
      first: add(ofLevel(begins, "i32"), mul(image, mul(height, width))),
      scale: ofLevel(
        extents.map((_, i) => 2 ** -(finest + i)),
        "f32",
      ),
    },
    { size: [size, size], samples: 2, aligned: false },
  );
}
