import { notNegative, number, positive, rule, wholeOfAtLeast } from "../door/rules.js";
import { add } from "../ops/arithmetic.js";
import { conv2d } from "../ops/conv2d.js";
import { tensor } from "../tensor/creation.js";
import { filter } from "./filter.js";
import { type HogOptions, hog } from "./hog.js";
import { gaussian } from "./kernels.js";
import type { LinearClassifier } from "./linear-classifier.js";
import { type ScoredBox, suppressed } from "./nms.js";
import { asRaster, FeatureError, grey, type Plane, type Raster } from "./raster.js";
import { resized } from "./resize.js";
import { settingsOf } from "./settings.js";

/** A classifier of windows: what is found is every class but those named as ground. */
export interface WindowClassifier {
  /** H×W of the window in pixels. */
  readonly input: readonly [h: number, w: number, ...rest: number[]];
  readonly hog: HogOptions;
  readonly linear: LinearClassifier;
}

/** A window in which the classifier finds a class: its place in the picture, in pixels, and its score. */
export interface Detection extends ScoredBox {
  readonly class: number;
}

/** Which windows {@link detect} looks at, and which of its finds it keeps. */
export interface DetectOptions {
  /** The least score of a find: the margin of an SVM. */
  threshold?: number;
  /** Each level of the pyramid is smaller by this factor. */
  scaleStep?: number;
  /** How much larger than the window a find may be; as large as the picture if left out. */
  largest?: number;
  /** Finds that overlap by more than this share are one. */
  overlap?: number;
  /** Finds of one class of which the smaller lies inside the larger by more than this share are one; 1 keeps them all. */
  nested?: number;
  /** Classes that stand for "nothing there". */
  ground?: readonly number[];
}

/**
 * Sliding window over a pyramid of the picture. The HOG of a level is computed once; a linear score of every window
 * is then a convolution of the blocks with the weights, in steps of one cell. Overlapping finds are thinned out.
 *
 * Cells of a window must meet those of the picture: the window's edges are multiples of the cell, and blocks step by
 * one cell. Inside a larger picture the gradients at a window's rim see beyond it, those of the training pictures
 * do not.
 *
 * @returns boxes in pixels of the picture, best first
 * Dalal, Triggs: Histograms of Oriented Gradients for Human Detection, CVPR 2005.
 */
export async function detect(
  picture: Raster,
  { input: [height, width], hog: settings, linear }: WindowClassifier,
  options: DetectOptions = {},
): Promise<Detection[]> {
  const {
    threshold = 0.5,
    scaleStep = 1.2,
    largest,
    overlap = 0.3,
    nested = 0.8,
    ground = [],
  } = settingsOf("detect", options, {
    threshold: number,
    scaleStep: rule("a number above 1", (value) => positive.holds(value) && (value as number) > 1),
    largest: positive,
    overlap: notNegative,
    nested: notNegative,
    ground: rule(
      "a list of classes",
      (value) => Array.isArray(value) && value.every(wholeOfAtLeast(0).holds),
    ),
  });
  const { cell = 8, block = 2, blockStride = 1 } = settings;
  if (height % cell !== 0 || width % cell !== 0 || blockStride !== 1)
    throw new FeatureError(
      `detect: windows of ${height}×${width} pixels do not step by whole cells of ${cell} pixels with a block at each`,
    );
  const [rows, columns] = [height / cell - block + 1, width / cell - block + 1];
  const found: Detection[] = [];
  let level: Plane = grey(picture);
  const most = largest ?? Number.POSITIVE_INFINITY;
  for (let scale = 1; level.height >= height && level.width >= width && scale <= most; scale *= scaleStep) {
    const { blockRows, blockColumns, blockLength, values } = hog(asRaster(level), settings);
    if (blockLength * rows * columns !== linear.length)
      throw new FeatureError(
        `detect: a window has ${blockLength * rows * columns} numbers, the classifier takes ${linear.length}`,
      );
    const blocks = tensor(values, [1, blockRows, blockColumns, blockLength]);
    const weights = tensor(linear.weights, [rows, columns, blockLength, linear.classes]);
    const scores = add(conv2d(blocks, weights), tensor(linear.bias));
    const [, down, across] = scores.shape;
    const numbers = await scores.data();
    for (let place = 0; place < down * across; place++) {
      const of = numbers.subarray(place * linear.classes, (place + 1) * linear.classes);
      let best = 0;
      for (let k = 1; k < of.length; k++) if (of[k] > of[best]) best = k;
      if (of[best] < threshold || ground.includes(best)) continue;
      const [y, x] = [Math.floor(place / across) * cell * scale, (place % across) * cell * scale];
      found.push({ x, y, width: width * scale, height: height * scale, score: of[best], class: best });
    }
    level = await smaller(level, scaleStep);
  }
  return suppressed(found, { most: overlap, mostNested: nested });
}

/** Blurred as much as the new pixels are larger, then sampled. */
async function smaller(plane: Plane, by: number): Promise<Plane> {
  const [width, height] = [Math.floor(plane.width / by), Math.floor(plane.height / by)];
  if (Math.min(width, height) < 8) return { width: 0, height: 0, values: new Float32Array(0) };
  const { pixels } = await filter(
    asRaster(plane),
    gaussian({ sigma: 0.5 * Math.sqrt(by ** 2 - 1), size: 5 }),
  );
  const level = resized({ ...plane, values: pixels as Float32Array }, { width, height });
  // Blocks are normalised however faint they are: what is fainter than a step of brightness must not become an edge.
  return { ...level, values: level.values.map(Math.round) };
}
