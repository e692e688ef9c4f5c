import { optionsOf } from "../door/options.js";
import { checkedNumber, checkTensor } from "../tensor/arguments.js";
import { type Shape, ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, div, maximum, minimum, mul, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { greaterEqual, lessEqual, logicalAnd } from "./comparisons.js";
import { gather } from "./gather.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";
import { stopGradient } from "./stop-gradient.js";
import { checkPictures, type Pair, pair } from "./windows.js";

/** Scale and sampling of {@link roiAlign}. */
export interface RoiAlignOptions {
  /** Pixels of x for a pixel of the picture in which the boxes are given: 1/16 behind a stride of 16. 1 if left out. */
  scale?: number;
  /** Points along each edge of a bin; 2 if left out. */
  samples?: number;
  /**
   * Whether a pixel's value belongs to its centre, so that boxes are moved by half a pixel. Without it a box is also
   * at least one pixel large, as in the first implementations.
   */
  aligned?: boolean;
}

/**
 * RoI align: what a picture shows in boxes, each as H'×W' bins. A bin is the mean of samples × samples points, spread
 * evenly in it, each bilinear between its four pixels:
 *
 *     y[k,i,j,c] = mean over 0 ≤ s,t < samples of x at (y1 + (i + (s + ½)/samples) · height/H', x1 + …) of box k
 *
 * Points up to one pixel outside the picture are held at its edge, further ones count 0. The semantics are those of
 * torchvision's roi_align with a fixed sampling_ratio (its default of −1 takes another number of points for each box).
 * The gradient goes to x, not to the boxes.
 *
 * @param x      N×H×W×C
 * @param boxes  K×5: the picture's number and x1, y1, x2, y2
 * @param size   H' and W', in bins: one number for both, or [height, width]
 * @returns      K×H'×W'×C
 * He, Gkioxari, Dollár, Girshick: Mask R-CNN, ICCV 2017, section 3.
 */
export function roiAlign(x: Tensor, boxes: Tensor, size: Pair, given: RoiAlignOptions = {}): Tensor {
  const {
    scale = 1,
    samples = 2,
    aligned = false,
  } = optionsOf("roiAlign", given, { scale: 1, samples: 1, aligned: 1 });
  checkPictures("roiAlign", x);
  checkBoxes("roiAlign", boxes);
  const [height, width] = pair("roiAlign", "size", size, 1);
  if (!Number.isInteger(samples) || samples < 1)
    throw new ShapeError(`roiAlign: samples is ${samples}, expected a whole number of at least 1`);
  checkedNumber("roiAlign", "scale", scale);
  const [n, h, w, c] = x.shape;
  const { image, x1, y1, x2, y2 } = columnsOf(boxes);
  const place = { first: mul(cast(image, "i32"), h * w), height: h, width: w, scale };
  const pixels = reshape(cast(x, "f32"), [n * h * w, c]);
  return sampledBins(pixels, { x1, y1, x2, y2, ...place }, { size: [height, width], samples, aligned });
}

/** One number for all boxes, or one for each: K×1. */
type OfEach = number | Tensor;

/** K boxes, each in a picture of its own size that lies line by line in a list of pixels. */
export interface PlacedBoxes {
  /** K×1 each, in pixels of the picture in which the boxes are given. */
  readonly x1: Tensor;
  readonly y1: Tensor;
  readonly x2: Tensor;
  readonly y2: Tensor;
  /** K×1 whole numbers: where the box's picture begins in the list. */
  readonly first: Tensor;
  /** Lines, and pixels of a line; whole numbers. */
  readonly height: OfEach;
  readonly width: OfEach;
  /** As of {@link roiAlign}. */
  readonly scale: OfEach;
}

/**
 * What {@link roiAlign} does, of boxes that may look at pictures of different sizes.
 *
 * @param pixels  P×C: those of all pictures, one after the other
 * @returns       K×H'×W'×C
 */
export function sampledBins(
  pixels: Tensor,
  { x1, y1, x2, y2, first, height: h, width: w, scale }: PlacedBoxes,
  { size, samples, aligned }: { size: readonly [number, number]; samples: number; aligned: boolean },
): Tensor {
  const [height, width] = size;
  const k = first.shape[0];
  const rows = axisOf(y1, y2, height, h, { scale, aligned });
  const columns = axisOf(x1, x2, width, w, { scale, aligned });
  const line = typeof w === "number" ? w : reshape(w, [k, 1, 1]);

  let total: Tensor | undefined;
  for (let s = 0; s < samples; s++)
    for (let t = 0; t < samples; t++)
      for (const row of rows((s + 0.5) / samples))
        for (const column of columns((t + 0.5) / samples)) {
          const vertical: Shape = [k, height, 1];
          const horizontal: Shape = [k, 1, width];
          const place = add(
            add(reshape(first, [k, 1, 1]), mul(reshape(row.place, vertical), line)),
            reshape(column.place, horizontal),
          );
          const share = mul(reshape(row.share, vertical), reshape(column.share, horizontal));
          const part = mul(gather(pixels, place), reshape(share, [k, height, width, 1]));
          total = total ? add(total, part) : part;
        }
  return mul(total!, 1 / (samples * samples));
}

/** Along one axis, K×bins: the two pixels next to the point at a share of each bin, and how much each counts. */
function axisOf(
  begin: Tensor,
  end: Tensor,
  bins: number,
  extent: OfEach,
  { scale, aligned }: { scale: OfEach; aligned: boolean },
): (at: number) => { place: Tensor; share: Tensor }[] {
  const start = sub(mul(begin, scale), aligned ? 0.5 : 0);
  const length = sub(mul(end, scale), mul(begin, scale));
  const bin = div(aligned ? length : maximum(length, 1), bins);
  const last = typeof extent === "number" ? extent - 1 : sub(extent, 1);
  const [most, beyondMost] = [last, extent].map((x) => (typeof x === "number" ? x : cast(x, "f32")));
  return (at) => {
    const point = add(start, mul(add(cast(range(bins), "f32"), at), bin));
    const inside = cast(logicalAnd(greaterEqual(point, -1), lessEqual(point, beyondMost)), "f32");
    const held = minimum(maximum(point, 0), most);
    const before = cast(held, "i32");
    const beyond = sub(held, cast(before, "f32"));
    return [
      { place: before, share: mul(inside, sub(1, beyond)) },
      { place: minimum(add(before, 1), last), share: mul(inside, beyond) },
    ];
  };
}

export function checkBoxes(speaker: string, boxes: Tensor): void {
  checkTensor(speaker, "the boxes", boxes);
  if (boxes.rank !== 2 || boxes.shape[1] !== 5)
    throw new ShapeError(
      `${speaker}: the boxes are ${show(boxes.shape)}, expected K×5: picture, x1, y1, x2, y2`,
    );
}

/** Each K×1. */
export function columnsOf(boxes: Tensor): { image: Tensor; x1: Tensor; y1: Tensor; x2: Tensor; y2: Tensor } {
  const fixed = stopGradient(cast(boxes, "f32"));
  const column = (i: number): Tensor => slice(fixed, [0, i], [boxes.shape[0], i + 1]);
  return { image: column(0), x1: column(1), y1: column(2), x2: column(3), y2: column(4) };
}
