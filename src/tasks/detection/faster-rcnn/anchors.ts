/** Anchors: the boxes at the places of a grid, from which Faster R-CNN tells how far objects are. */
import { checkArgument } from "../../../door/argument.js";
import { optionsOf } from "../../../door/options.js";
import { fromOneOn, positive, rule } from "../../../door/rules.js";
import { Tensor } from "../../../tensor/tensor.js";
import type { Corners } from "../../../training/objectives/average-precision.js";

const somePositive = rule(
  "a list of numbers above 0",
  (value) => Array.isArray(value) && value.length > 0 && value.every(positive.holds),
);

/** To the nearest whole number, halves to the even one, as NumPy and PyTorch round. */
function halfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * Anchors around the point 0, one for each ratio and size, all sizes of the first ratio first. A ratio is height by width, a
 * size the edge of a square of the same area, in pixels; corners are rounded to whole pixels. They are torchvision's.
 *
 *     centredAnchors([32]); // [[-11, -23, 11, 23], [-16, -16, 16, 16], [-23, -11, 23, 11]]
 *
 * @param sizes   in pixels
 * @param ratios  0.5, 1 and 2 if left out
 * @returns       [top, left, bottom, right] in pixels
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015, section 3.1.1. Lin et al.: Feature Pyramid Networks, CVPR 2017, section 4.1.
 */
export function centredAnchors(sizes: readonly number[], ratios: readonly number[] = [0.5, 1, 2]): Corners[] {
  checkArgument("centredAnchors", "sizes", sizes, somePositive);
  checkArgument("centredAnchors", "ratios", ratios, somePositive);
  // In f32, as the weights were trained with: a half may round the other way otherwise.
  const f = Math.fround;
  return ratios.flatMap((ratio) => {
    const higher = f(Math.sqrt(f(ratio)));
    const wider = f(1 / higher);
    return sizes.map((size): Corners => {
      const [y, x] = [higher, wider].map((edge) => halfToEven(f(edge * f(size)) / 2));
      return [-y, -x, y, x];
    });
  });
}

/** Of {@link publishedAnchors}. */
export interface PublishedAnchorsOptions {
  /** Pixels of a place of the grid along each edge; 16 if left out. */
  stride?: number;
  /** 0.5, 1 and 2 if left out: height by width. */
  ratios?: readonly number[];
  /** Edges by the stride: 8, 16 and 32 if left out. */
  scales?: readonly number[];
}

/**
 * The anchors of the paper's own program, for the place of a grid whose first pixel is 0: around the middle of the place, their
 * last pixels counted in (a box from 0 to 15 has 16 pixels). Widths are rounded before heights follow from them, and both before
 * they are scaled.
 *
 *     publishedAnchors()[0]; // [-40, -84, 55, 99]
 *
 * @returns  [top, left, bottom, right] in pixels, all scales of the first ratio first
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015, section 3.1.1.
 */
export function publishedAnchors(given: PublishedAnchorsOptions = {}): Corners[] {
  const {
    stride = 16,
    ratios = [0.5, 1, 2],
    scales = [8, 16, 32],
  } = optionsOf("publishedAnchors", given, { stride: positive, ratios: somePositive, scales: somePositive });
  const middle = (stride - 1) / 2;
  return ratios.flatMap((ratio) => {
    const width = halfToEven(Math.sqrt((stride * stride) / ratio));
    const height = halfToEven(width * ratio);
    return scales.map((scale): Corners => {
      const [y, x] = [(height * scale - 1) / 2, (width * scale - 1) / 2];
      return [middle - y, middle - x, middle + y, middle + x];
    });
  });
}

/** The places of a grid that anchors stand at. */
export interface AnchorGrid {
  readonly height: number;
  readonly width: number;
  /** Pixels between places, down and across. */
  readonly stride: readonly [number, number];
}

const someBoxes = rule(
  "a list of [top, left, bottom, right]",
  (value) =>
    Array.isArray(value) &&
    value.every((box) => Array.isArray(box) && box.length === 4 && box.every(Number.isFinite)),
);

const aGrid = rule("{ height, width, stride: [down, across] }, of numbers above 0", (value) => {
  const { height, width, stride } = (value ?? {}) as Partial<AnchorGrid>;
  const edges = [height, width].every(fromOneOn.holds);
  return edges && Array.isArray(stride) && stride.length === 2 && stride.every(positive.holds);
});

/**
 * Anchors at each place of a grid, line by line, at each place all of them.
 *
 * @param anchors  [top, left, bottom, right], those of the first place
 * @returns        1×(height·width·anchors)×4
 */
export function anchorsAt(anchors: readonly Corners[], grid: AnchorGrid): Tensor {
  checkArgument("anchorsAt", "the list of anchors", anchors, someBoxes);
  checkArgument("anchorsAt", "the grid", grid, aGrid);
  const { height, width, stride } = grid;
  const values = new Float32Array(height * width * anchors.length * 4);
  let at = 0;
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (const [top, left, bottom, right] of anchors) {
        const [y, x] = [i * stride[0], j * stride[1]];
        values.set([top + y, left + x, bottom + y, right + x], at);
        at += 4;
      }
  return Tensor.from(values, [1, height * width * anchors.length, 4], "f32");
}
