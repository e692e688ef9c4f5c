import { optionsOf } from "../door/options.js";
import { fromOneOn, number, oneOf, rule } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { add, mul } from "../ops/arithmetic.js";
import { broadcastTo } from "../ops/broadcast-to.js";
import { greaterEqual, less, logicalAnd } from "../ops/comparisons.js";
import { argmax } from "../ops/extremes.js";
import { oneHot } from "../ops/one-hot.js";
import { range } from "../ops/range.js";
import { reshape } from "../ops/reshape.js";
import { softmax } from "../ops/softmax.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { Tensor } from "../tensor/tensor.js";
import { ExplainError } from "./explain-error.js";
import { amount, classOption, layerOption, type Method, unitOption } from "./method.js";
import { evenGrey, picturesFor } from "./pictures.js";
import { aimed } from "./rules.js";
import { parts } from "./running.js";
import type { Aimed } from "./saliency.js";
import { aimAt, isUnit } from "./target.js";
import { ofAny } from "./view.js";
import { scoresOf } from "./walk.js";

/** Square and target of {@link occlusion}. */
export interface OcclusionOptions extends Aimed {
  /** Edge of the square, in pixels; a fifth of the picture's shorter side if left out. */
  size?: number;
  /** Pixels from one place of the square to the next; a quarter of its edge if left out. */
  stride?: number;
  /** What the square is painted with, as the model takes it; the middle of the range, grey, if left out. */
  value?: number;
  /** The probability of the class, or its score before softmax; of a unit it is always the activation. */
  measure?: "probability" | "score";
  /** Hidden pictures looked at at once. */
  batchSize?: number;
}

/** What {@link occlusion} answers of N pictures, for h×w places of the grey square. */
export interface Occlusion {
  /** N×h×w: the class's probability (or the score, or the unit's activation) with the square at each place. */
  readonly map: Tensor;
  /** N×h×w: the class that is read with the square at each place, i32. */
  readonly predicted: Tensor;
  /** N: the same measure of the whole picture. */
  readonly before: Tensor;
  /** Edge of the square and its step, in pixels. */
  readonly size: number;
  readonly stride: number;
}

/**
 * Occlusion: what becomes of a class while a grey square slides over the picture. The square's middle goes to the
 * middle of each field of stride × stride pixels; what of it lies outside the picture hides nothing. So a map, laid
 * over the picture, has the middle of each cell where the middle of the square was.
 *
 * @param images  N×H×W×C
 * @returns       maps of h = ⌈H / stride⌉ rows and w = ⌈W / stride⌉ columns; the same for any batch size
 * @throws ExplainError where there is no such class or unit, or the square is larger than the picture
 * Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, ECCV 2014, section 4.2.
 */
export const occlusion = ofAny("occlusion")(async function occlusion(
  model: Model,
  images: Tensor,
  options: OcclusionOptions = {},
): Promise<Occlusion> {
  optionsOf(
    "occlusion",
    options,
    {
      ...aimed,
      size: pixels,
      stride: pixels,
      value: number,
      measure: oneOf("probability", "score"),
      batchSize: fromOneOn,
    },
    ExplainError,
  );
  const { measure = "probability", batchSize = 64 } = options;
  const x = await picturesFor("occlusion", model, images);
  const [n, height, width, c] = x.shape;
  const paint = options.value ?? evenGrey(model, 0.5, c);
  const size = options.size ?? Math.max(1, Math.round(Math.min(height, width) / 5));
  const stride = options.stride ?? Math.max(1, Math.round(size / 4));
  if (size > Math.min(height, width))
    throw new ExplainError(
      `occlusion: a square of ${size}×${size} pixels is larger than the picture of ${height}×${width}`,
    );
  const aim = await aimAt("occlusion", model, x, options.target);
  const ofUnit = options.target !== undefined && isUnit(options.target);

  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  // The whole picture comes first, as one with the square far outside.
  const places = rows * columns + 1;
  const count = Math.min(batchSize, places);
  const run = compile((picture: Tensor, top: Tensor, left: Tensor, unit: Tensor) => {
    const between = (extent: number, from: Tensor, shape: number[]) => {
      const at = reshape(range(extent), [1, ...shape]);
      const begin = reshape(from, [count, 1, 1, 1]);
      return logicalAnd(greaterEqual(at, begin), less(at, add(begin, size)));
    };
    const hidden = logicalAnd(between(height, top, [height, 1, 1]), between(width, left, [1, width, 1]));
    const seen = where(hidden, paint, broadcastTo(picture, [count, height, width, c]));
    const units = broadcastTo(unit, [count]);
    const scores = scoresOf(model, seen);
    const found = ofUnit
      ? aim.score(seen, units)
      : sum(mul(measure === "score" ? scores : softmax(scores), oneHot(units, scores.shape[1])), { axis: 1 });
    return { found, predicted: argmax(scores, { axis: 1 }) };
  });

  const batches = Math.ceil(places / count);
  const done = parts(options, n * batches);
  const [map, predicted] = [new Float32Array(n * rows * columns), new Int32Array(n * rows * columns)];
  const before = new Float32Array(n);
  const middle = Math.floor((size - stride) / 2);
  const placeAt = (at: number): [number, number] =>
    at === 0 || at >= places
      ? [-size, -size]
      : [Math.floor((at - 1) / columns) * stride - middle, ((at - 1) % columns) * stride - middle];
  for (let i = 0; i < n; i++) {
    const pixels = x.own!.slice(i * height * width * c, (i + 1) * height * width * c);
    const unit = Tensor.from(aim.units.own!.slice(i, i + 1), [1], "i32");
    for (let b = 0; b < batches; b++) {
      const at = Array.from({ length: count }, (_, k) => placeAt(b * count + k));
      const along = (d: 0 | 1) =>
        Tensor.from(
          Int32Array.from(at, (place) => place[d]),
          [count],
          "i32",
        );
      const answer = await numbersOf(
        run(Tensor.from(pixels, [1, height, width, c], "f32"), along(0), along(1), unit),
      );
      for (let k = 0; k < count && b * count + k < places; k++) {
        const place = b * count + k - 1;
        if (place < 0) before[i] = answer.found[k];
        else {
          map[i * rows * columns + place] = answer.found[k];
          predicted[i * rows * columns + place] = answer.predicted[k];
        }
      }
      await done(i * batches + b + 1);
    }
  }
  const shape = [n, rows, columns];
  return {
    map: Tensor.from(map, shape, "f32"),
    predicted: Tensor.from(predicted, shape, "i32"),
    before: Tensor.from(before, [n], "f32"),
    size,
    stride,
  };
});

const pixels = rule("a whole number of pixels from 1 on", fromOneOn.holds);

export const occlusionMethod: Method<Occlusion> = {
  name: "occlusion",
  title: "Occlusion",
  description: "what hiding each part of a picture costs the class",
  question: "What becomes of the class when a part of the picture is hidden?",
  cannotSay: "It does not see what two parts do that stand for each other: hiding one alone costs nothing.",
  about: "pictures",
  networks: "that take pictures",
  answer: { kind: "heat map", sign: "both", unit: "probability lost" },
  options: [
    layerOption,
    unitOption,
    classOption,
    amount("size", { usual: "a fifth of the shorter side", unit: "pixels", help: "the edge of the square" }),
    amount("stride", { usual: "a quarter of the square", unit: "pixels", help: "how far it moves" }),
  ],
  run: (network, { images }, options) => occlusion(network, images!, options),
};
