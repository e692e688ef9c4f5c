import { pullBack } from "../autodiff/gradients.js";
import { optionsOf } from "../door/options.js";
import { fromOneOn, number, positive, rule, text, wholeNumber, wholeOfAtLeast } from "../door/rules.js";
import { resample } from "../images/resample.js";
import type { Model } from "../nn/index.js";
import { mul } from "../ops/arithmetic.js";
import { square } from "../ops/elementary.js";
import { argmax } from "../ops/extremes.js";
import { gather } from "../ops/gather.js";
import { matmul } from "../ops/matmul.js";
import { reshape } from "../ops/reshape.js";
import { scalar } from "../ops/scalar.js";
import { stopGradient } from "../ops/stop-gradient.js";
import { sum } from "../ops/sum.js";
import { transpose } from "../ops/transpose.js";
import { shiftsOfDreams } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { Tensor } from "../tensor/tensor.js";
import { type Canvas, canvasOf, pixelsOf } from "./canvas.js";
import { ExplainError } from "./explain-error.js";
import { checkSize } from "./field.js";
import { fromShares } from "./pictures.js";
import { showing } from "./rules.js";
import { type Frame, parts, type Showing } from "./running.js";
import { activationOf, checkedUnits } from "./target.js";
import { dreamLayer } from "./usual-layers.js";
import { throughView } from "./view.js";
import { mapsOf, outputAt } from "./walk.js";

/** A step of a dream: which octave, and which step of it, counted from 0. */
export interface DreamFrame extends Frame {
  readonly octave: number;
  readonly iteration: number;
}

/** Which layer dreams in {@link deepDream}, how far, and in how many sizes. */
export interface DreamOptions extends Showing<DreamFrame> {
  /** The layer that dreams; one at two thirds of the model (`dreamLayer`) if left out. */
  layer?: string;
  /** One of its units; all together if left out. */
  unit?: number;
  /** A picture, 1×H×W×C, pixels of 0 to 255: what the layer sees there is what is dreamt. */
  guide?: Tensor;
  /** Sizes of the picture that are dreamt on, the smallest first, each larger than the one before by `octaveScale`. */
  octaves?: number;
  octaveScale?: number;
  /** Steps at each size. */
  iterations?: number;
  /** Of a pixel on average, of 255. */
  step?: number;
  /** The picture is shifted by up to so many pixels before each step. */
  jitter?: number;
  /** Pictures with a longer edge are dreamt on in tiles of at most so many pixels. */
  tile?: number;
  seed?: number;
}

/**
 * Deep Dream: a photograph in which a layer finds more and more of what it has learned to see.
 *
 *     x ← x + step · g / mean|g|,   g = ∂/∂x of ½ Σ a²  (of a unit Σ aₖ; with a guide Σ a · b, b its best match there)
 *
 * from the smallest octave to the picture's own size; what was dreamt is carried along, enlarged.
 *
 * The picture is 1×H×W×C, pixels of 0 to 255, of any size, and so is what is dreamt.
 *
 * @throws ExplainError where there is no such layer or unit, it has no height and width, or the picture is too small
 * Mordvintsev, Olah, Tyka: Inceptionism, 2015; settings are those of Google's published notebook.
 */
export const deepDream = throughView("deepDream", { before: 1 })(async function deepDream(
  model: Model,
  image: Tensor,
  options: DreamOptions = {},
): Promise<Tensor> {
  optionsOf("deepDream", options, {
    ...showing,
    layer: text,
    unit: wholeOfAtLeast(0),
    guide: 1,
    octaves: fromOneOn,
    octaveScale: rule("a number above 1", (value) => positive.holds(value) && (value as number) > 1),
    iterations: wholeOfAtLeast(0),
    step: number,
    jitter: wholeOfAtLeast(0),
    tile: fromOneOn,
    seed: wholeNumber,
  });
  const { octaves = 4, octaveScale = 1.4, iterations = 10, step = 1.5, jitter = 32 } = options;
  const { tile = 640, seed = 0, frameEvery = 1 } = options;
  const base = await canvasOf("deepDream", model, image);
  const layer = options.layer ?? dreamLayer(model);
  const place = mapsOf(model, layer, "deepDream");
  checkSize("deepDream", model, place, base);
  if (options.unit !== undefined) checkedUnits("deepDream", model, { layer, unit: options.unit }, 1);
  if (options.unit !== undefined && options.guide)
    throw new ExplainError("deepDream: a unit and a guide are given, expected one of them");

  const sizes = Array.from({ length: octaves }, (_, k) => {
    const scale = octaveScale ** (octaves - 1 - k);
    return { height: Math.round(base.height / scale), width: Math.round(base.width / scale) };
  }).filter((size) => isLargeEnough(() => checkSize("deepDream", model, place, size)));
  const slope = await slopeOf(model, { ...options, layer });
  const done = parts(options, sizes.length * iterations);
  const random = new RandomStream(seed, shiftsOfDreams);

  let dreamt: Canvas | undefined;
  let x = base.values;
  for (const [octave, size] of sizes.entries()) {
    const below = octave === sizes.length - 1 ? base : resized(base, size);
    const detail = dreamt && resized(dreamt, size).values;
    x = detail ? below.values.map((v, i) => v + detail[i]) : below.values.slice();
    for (let iteration = 0; iteration < iterations; iteration++) {
      const { gradient: g, score } = await tiled({ ...below, values: x }, { tile, jitter, random, slope });
      const by = step / (g.reduce((total, v) => total + Math.abs(v), 0) / g.length + 1e-20);
      x = x.map((v, i) => Math.min(Math.max(v + by * g[i], 0), 255));
      const made = octave * iterations + iteration + 1;
      if (made % frameEvery === 0)
        await options.onFrame?.({
          step: made,
          steps: sizes.length * iterations,
          scores: Float32Array.of(score),
          pixels: pixelsOf({ ...below, values: x }),
          octave,
          iteration,
        });
      await done(made);
      if (options.stop?.aborted) break;
    }
    dreamt = { ...below, values: x.map((v, i) => v - below.values[i]) };
    if (options.stop?.aborted) {
      // What was dreamt so far, on the whole picture.
      const detail = resized(dreamt, base).values;
      x = base.values.map((v, i) => Math.min(Math.max(v + detail[i], 0), 255));
      break;
    }
  }
  return pixelsOf({ ...base, values: x });
});

type Slope = (pixels: Tensor) => Promise<{ score: number; slopes: Float32Array }>;

/** The objective in a tile, and ∂ objective / ∂ pixels. */
async function slopeOf(
  model: Model,
  { layer, unit, guide }: DreamOptions & { layer: string },
): Promise<Slope> {
  const at = (pixels: Tensor) => outputAt(model, fromShares(model, mul(pixels, 1 / 255)), layer);
  const pulled = (pixels: Tensor, score: Tensor) => ({
    score,
    slopes: pullBack(score, scalar(1), [pixels])[0],
  });
  const seen = async (found: Promise<{ score: Tensor; slopes: Tensor }>) => {
    const { score, slopes } = await numbersOf(found);
    return { score: score[0], slopes: slopes as Float32Array };
  };
  if (guide) {
    const { height, width, channels, values } = await canvasOf("deepDream: the guide", model, guide);
    const features = mapsOf(model, layer, "deepDream").output[2];
    const look = compile((pixels: Tensor) => {
      const a = at(pixels);
      return reshape(a, [a.size / features, features]);
    });
    const vectors = await look(Tensor.from(values, [1, height, width, channels], "f32"));
    const run = compile((pixels: Tensor, others: Tensor) => {
      const a = at(pixels);
      const mine = reshape(a, [a.size / features, features]);
      const best = argmax(matmul(mine, transpose(others, [1, 0])), { axis: 1 });
      return pulled(pixels, sum(mul(mine, stopGradient(gather(others, best)))));
    });
    return (pixels) => seen(run(pixels, vectors));
  }
  const run = compile((pixels: Tensor) => {
    const a = at(pixels);
    const score =
      unit === undefined
        ? mul(sum(square(a)), 0.5)
        : sum(activationOf(a, Tensor.from(Int32Array.of(unit), [1], "i32")));
    return pulled(pixels, score);
  });
  return (pixels) => seen(run(pixels));
}

/**
 * The score and gradient of a whole picture, tile by tile. Each time the tiles lie elsewhere on the picture, whose edges are
 * taken to meet, so that no seams are seen.
 */
async function tiled(
  { height, width, channels, values }: Canvas,
  { tile, jitter, random, slope }: { tile: number; jitter: number; random: RandomStream; slope: Slope },
): Promise<{ score: number; gradient: Float32Array }> {
  const along = (extent: number) => {
    const count = Math.ceil(extent / tile);
    const edge = Math.ceil(extent / count);
    const shift = count > 1 ? random.integer(extent) : random.integer(2 * jitter + 1) - jitter + extent;
    return { edge, begins: Array.from({ length: count }, (_, k) => shift + k * edge) };
  };
  const [rows, columns] = [along(height), along(width)];
  const gradient = new Float32Array(values.length);
  let score = 0;
  const patch = new Float32Array(rows.edge * columns.edge * channels);
  const each = (top: number, left: number, visit: (at: number, inPatch: number) => void) => {
    for (let i = 0; i < rows.edge; i++)
      for (let j = 0; j < columns.edge; j++) {
        const at = (((top + i) % height) * width + ((left + j) % width)) * channels;
        for (let c = 0; c < channels; c++) visit(at + c, (i * columns.edge + j) * channels + c);
      }
  };
  for (const top of rows.begins)
    for (const left of columns.begins) {
      each(top, left, (at, inPatch) => {
        patch[inPatch] = values[at];
      });
      const found = await slope(Tensor.from(patch.slice(), [1, rows.edge, columns.edge, channels], "f32"));
      score += found.score;
      each(top, left, (at, inPatch) => {
        gradient[at] = found.slopes[inPatch];
      });
    }
  return { score, gradient };
}

const resized = (canvas: Canvas, size: { height: number; width: number }): Canvas => ({
  ...canvas,
  ...size,
  values: resample(canvas.values, canvas, size),
});

function isLargeEnough(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof ExplainError) return false;
    throw error;
  }
}
