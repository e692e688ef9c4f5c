/** Boxes as four numbers that say how they lie to others, and back. */
import { add, div, maximum, minimum, mul, sub } from "../../../ops/arithmetic.js";
import { concat } from "../../../ops/concat.js";
import { exp, log } from "../../../ops/elementary.js";
import { reshape } from "../../../ops/reshape.js";
import { slice } from "../../../ops/slice.js";
import type { Tensor } from "../../../tensor/tensor.js";

/** By what the numbers of a code are multiplied: across, down, width, height. */
export type CodeWeights = readonly [x: number, y: number, width: number, height: number];

/** Of the network that proposes, and of the one that judges what was proposed. */
export const [proposalWeights, regionWeights]: readonly CodeWeights[] = [
  [1, 1, 1, 1],
  [10, 10, 5, 5],
];

/** No box is more than 1000/16 times as wide or high as the one that it is told from. */
const mostLogarithm = Math.log(1000 / 16);

/** The four numbers of a last axis, …×1 each. */
export function fourOf(x: Tensor): [Tensor, Tensor, Tensor, Tensor] {
  const axes = x.shape.slice(0, -1);
  const part = (i: number): Tensor => slice(x, [...axes.map(() => 0), i], [...axes, i + 1]);
  return [part(0), part(1), part(2), part(3)];
}

const placed = (boxes: Tensor) => {
  const [top, left, bottom, right] = fourOf(boxes);
  const [height, width] = [sub(bottom, top), sub(right, left)];
  return { height, width, y: add(top, mul(height, 0.5)), x: add(left, mul(width, 0.5)) };
};

/**
 * How boxes lie to their anchors:
 *
 *     (x − xa) / wa · weights[0], (y − ya) / ha · weights[1], ln(w / wa) · weights[2], ln(h / ha) · weights[3]
 *
 * with x and y the middles. Of a box without area the last two are not finite.
 *
 * @param boxes    …×4, [top, left, bottom, right]
 * @param anchors  …×4 likewise
 * @returns        …×4: across, down, width, height
 * Girshick et al.: Rich feature hierarchies, CVPR 2014, appendix C; Ren et al.: Faster R-CNN, NIPS 2015, equation 2.
 */
export function encodedBoxes(boxes: Tensor, anchors: Tensor, weights: CodeWeights): Tensor {
  const [box, anchor] = [placed(boxes), placed(anchors)];
  const axis = boxes.rank - 1;
  return concat(
    [
      mul(div(sub(box.x, anchor.x), anchor.width), weights[0]),
      mul(div(sub(box.y, anchor.y), anchor.height), weights[1]),
      mul(log(div(box.width, anchor.width)), weights[2]),
      mul(log(div(box.height, anchor.height)), weights[3]),
    ],
    { axis },
  );
}

/**
 * The boxes of codes, the inverse of {@link encodedBoxes}; no edge is told to be more than 1000/16 times the anchor's.
 *
 * @param codes    …×4: across, down, width, height
 * @param anchors  …×4, [top, left, bottom, right]
 * @returns        …×4 likewise
 */
export function decodedBoxes(codes: Tensor, anchors: Tensor, weights: CodeWeights): Tensor {
  const anchor = placed(anchors);
  const [across, down, wider, higher] = fourOf(codes).map((code, i) => div(code, weights[i]));
  const edge = (by: Tensor, own: Tensor): Tensor => mul(exp(minimum(by, mostLogarithm)), own);
  const [height, width] = [edge(higher, anchor.height), edge(wider, anchor.width)];
  const [y, x] = [add(mul(down, anchor.height), anchor.y), add(mul(across, anchor.width), anchor.x)];
  const [h, w] = [mul(height, 0.5), mul(width, 0.5)];
  return concat([sub(y, h), sub(x, w), add(y, h), add(x, w)], { axis: codes.rank - 1 });
}

/**
 * Boxes held within their pictures.
 *
 * @param boxes  N×…×4, [top, left, bottom, right] in pixels
 * @param sizes  N×2: height and width of each picture, in pixels
 */
export function heldWithin(boxes: Tensor, sizes: Tensor): Tensor {
  const [n, ...others] = boxes.shape;
  const shape = [n, ...others.map(() => 1)];
  const [height, width] = [0, 1].map((i) => reshape(slice(sizes, [0, i], [n, i + 1]), shape));
  const [top, left, bottom, right] = fourOf(boxes);
  const held = (side: Tensor, edge: Tensor): Tensor => minimum(maximum(side, 0), edge);
  return concat([held(top, height), held(left, width), held(bottom, height), held(right, width)], {
    axis: boxes.rank - 1,
  });
}
