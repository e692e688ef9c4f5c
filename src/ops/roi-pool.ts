import { optionsOf } from "../door/options.js";
import { checkedNumber } from "../tensor/arguments.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, div, maximum, mul, sub } from "./arithmetic.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { greater, greaterEqual, less, logicalAnd } from "./comparisons.js";
import { abs, sign } from "./elementary.js";
import { max } from "./extremes.js";
import { gather } from "./gather.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";
import { checkBoxes, columnsOf } from "./roi-align.js";
import { where } from "./where.js";
import { checkPictures, type Pair, pair } from "./windows.js";

/**
 * RoI pooling: what a picture shows in boxes, each as H'×W' bins, of which each has the greatest value of its pixels.
 * Corners are rounded to whole pixels, halves away from 0; both belong to the box. Of a box of h rows, bin i has those
 *
 *     ⌊i·h/H'⌋ ≤ row < ⌈(i+1)·h/H'⌉
 *
 * as far as they lie in the picture, and columns likewise. A bin without pixels is 0. The gradient goes to the winner,
 * not to the boxes. It is what torchvision's roi_pool computes.
 *
 * @param x            N×H×W×C
 * @param boxes        K×5: the picture's number and x1, y1, x2, y2
 * @param size         H' and W', in bins: one number for both, or [height, width]
 * @param given.scale  pixels of x for a pixel of the picture in which the boxes are given
 * @returns            K×H'×W'×C
 * Girshick: Fast R-CNN, ICCV 2015, section 2.1.
 */
export function roiPool(x: Tensor, boxes: Tensor, size: Pair, given: { scale?: number } = {}): Tensor {
  const { scale = 1 } = optionsOf("roiPool", given, { scale: 1 });
  checkPictures("roiPool", x);
  checkBoxes("roiPool", boxes);
  const [height, width] = pair("roiPool", "size", size, 1);
  checkedNumber("roiPool", "scale", scale);
  const [n, h, w, c] = x.shape;
  const k = boxes.shape[0];
  const { image, x1, y1, x2, y2 } = columnsOf(boxes);
  const values = cast(x, "f32");
  const seen = n === 1 ? broadcastTo(values, [k, h, w, c]) : gather(values, reshape(cast(image, "i32"), [k]));
  // Along the rows first, then along the columns: a bin is a rectangle.
  const rows = reshape(within(y1, y2, height, h, scale), [k, height, h, 1, 1]);
  const high = max(where(rows, reshape(seen, [k, 1, h, w, c]), Number.NEGATIVE_INFINITY), { axis: 2 });
  const columns = reshape(within(x1, x2, width, w, scale), [k, 1, width, w, 1]);
  const wide = where(columns, reshape(high, [k, height, 1, w, c]), Number.NEGATIVE_INFINITY);
  const found = max(wide, { axis: 3 });
  return where(greater(found, Number.NEGATIVE_INFINITY), found, 0);
}

/** Which places along an axis belong to which bin of which box: K×bins×extent. */
function within(begin: Tensor, end: Tensor, bins: number, extent: number, scale: number): Tensor {
  const first = rounded(mul(begin, scale));
  const length = maximum(add(sub(rounded(mul(end, scale)), first), 1), 1);
  const bin = div(length, bins);
  const i = cast(range(bins), "f32");
  const from = add(cast(cast(mul(i, bin), "i32"), "f32"), first);
  const reach = mul(add(i, 1), bin);
  const whole = cast(cast(reach, "i32"), "f32");
  const to = add(add(whole, cast(less(whole, reach), "f32")), first);
  const place = cast(range(extent), "f32");
  const edge = (t: Tensor): Tensor => reshape(t, [t.shape[0], bins, 1]);
  return logicalAnd(greaterEqual(place, edge(from)), less(place, edge(to)));
}

/** To the nearest whole number, halves away from 0. */
const rounded = (x: Tensor): Tensor => mul(sign(x), cast(cast(add(abs(x), 0.5), "i32"), "f32"));
