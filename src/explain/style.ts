import { gradients } from "../autodiff/gradients.js";
import { optionsOf } from "../door/options.js";
import { callback, flag, fromOneOn, oneOf } from "../door/rules.js";
import type { Layer, Model } from "../nn/index.js";
import * as nn from "../nn/index.js";
import { clip } from "../ops/activations.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { square } from "../ops/elementary.js";
import { matmul } from "../ops/matmul.js";
import { reshape } from "../ops/reshape.js";
import { mean } from "../ops/statistics.js";
import { transpose } from "../ops/transpose.js";
import { adam } from "../optim/adam.js";
import { learner as learnerOf, type StepTensors, stepTensors } from "../optim/learner.js";
import { minimize } from "../optim/minimize.js";
import { beginningsOfStyle } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { assign, compile } from "../tensor/compile.js";
import type { Shape } from "../tensor/shapes.js";
import { settle, Tensor, Variable } from "../tensor/tensor.js";
import { totalVariation } from "./activation-maximisation.js";
import { type Canvas, canvasOf, pixelsOf } from "./canvas.js";
import { withColoursOf } from "./colours.js";
import { ExplainError } from "./explain-error.js";
import { checkSize } from "./field.js";
import { fromShares } from "./pictures.js";
import { painting } from "./rules.js";
import { type Frame, parts, type Showing } from "./running.js";
import { type StyleLayers, usualLayers } from "./usual-layers.js";
import { throughView } from "./view.js";
import { mapsOf, outputsAt } from "./walk.js";

/** An iteration of a style: its loss, and the three parts of it, each with its weight. */
export interface StyleFrame extends Frame {
  readonly content: number;
  readonly manner: number;
  readonly variation: number;
}

/** Weights, layers and iterations of {@link style}. */
export interface StyleOptions extends Showing<StyleFrame>, Partial<StyleLayers> {
  /** The weight of each style picture; all the same if left out. */
  blend?: readonly number[];
  contentWeight?: number;
  styleWeight?: number;
  /** Of the total variation of a pixel: smoother pictures. */
  variationWeight?: number;
  iterations?: number;
  /** Adam if left out; L-BFGS, as in the paper, looks at the loss more than once in an iteration. */
  optimizer?: "lbfgs" | "adam";
  /** Learning rate of Adam, as a share of the range of pixels. */
  lr?: number;
  /** What the picture is at first. */
  start?: "content" | "noise";
  /** Whether the photograph's colours stay: of the result only the brightness is taken. */
  keepColours?: boolean;
  /** What stands where the model has max pooling: averages give smoother pictures, as in the paper. */
  pooling?: "average" | "max";
  seed?: number;
}

/** The picture that {@link style} painted, and how its loss fell. */
export interface Styled {
  /** 1×H×W×C of the content's size, pixels of 0 to 255. */
  readonly pixels: Tensor;
  /** The loss in each iteration. */
  readonly losses: readonly number[];
}

/**
 * Neural style: a picture with what is in one and the manner of others, found by descent in its pixels.
 *
 *     loss = content · Σ over l of ‖F[l] − P[l]‖² / ‖P[l]‖² + style · Σ over l of ‖G[l] − A[l]‖² / ‖A[l]‖² + variation
 *     G[l] = F[l]ᵀ F[l] / places
 *
 * F, P: activations of the picture and the content; A: the Gram matrix of the style, with several styles their
 * weighed mean. The paper's sums are not divided by the size of what they are compared with; as shares of it, one
 * set of weights holds for every network and size of picture.
 *
 * The content is 1×H×W×C, pixels of 0 to 255, of any size; the style one picture or several, of any sizes.
 *
 * @throws ExplainError where there is no such layer, it has no height and width, or a picture is too small for it
 * Gatys, Ecker, Bethge: Image Style Transfer Using Convolutional Neural Networks, CVPR 2016, equations 1 to 7; colours:
 * Gatys et al.: Preserving Color in Neural Artistic Style Transfer, arXiv:1606.05897, section 3.2.
 */
export const style = throughView("style", { before: 2 })(async function style(
  model: Model,
  content: Tensor,
  styles: Tensor | readonly Tensor[],
  options: StyleOptions = {},
): Promise<Styled> {
  optionsOf("style", options, {
    ...painting,
    iterations: fromOneOn,
    optimizer: oneOf("lbfgs", "adam"),
    start: oneOf("content", "noise"),
    keepColours: flag,
    pooling: oneOf("average", "max"),
    onFrame: callback,
    frameEvery: fromOneOn,
  });
  const { contentWeight = 1, styleWeight = 100, variationWeight = 0.1, iterations = 200 } = options;
  const { lr = 0.02, start = "content", seed = 0, frameEvery = 1 } = options;
  const canvas = await canvasOf("style", model, content);
  const painted = await canvasesOf(model, styles);
  const layers = checkedLayers(model, options, [canvas, ...painted]);
  const mode = options.pooling === "max" ? {} : { instead: averaged };
  const shape = [1, canvas.height, canvas.width, canvas.channels];

  const wanted = await contentOf(model, canvas, layers.content, mode);
  const grams = await stylesOf(model, painted, layers.style, { mode, blend: options.blend });
  const variable = new Variable(beginning(canvas, start, seed), shape, "f32");
  const terms = (): [content: Tensor, manner: Tensor, variation: Tensor] => {
    const outputs = outputsAt(model, fromShares(model, variable), [...layers.content, ...layers.style], mode);
    const off = (found: Tensor, target: Tensor) =>
      mul(mean(square(sub(found, target))), 1 / meanSquare(target));
    const contents = layers.content.map((layer, i) => off(outputs.get(layer)!, wanted[i]));
    const manners = layers.style.map((layer, i) => off(gram(outputs.get(layer)!), grams[i]));
    const share = (terms: Tensor[], weight: number) => mul(terms.reduce(add), weight / terms.length);
    const variation = mul(totalVariation(variable), variationWeight / variable.size);
    return [share(contents, contentWeight), share(manners, styleWeight), variation];
  };
  const loss = (): Tensor => terms().reduce(add);
  // Of the picture that is shown; the loss of an iteration is that of the picture before it.
  const seen = compile(() => terms());

  const losses: number[] = [];
  const done = parts(options, iterations);
  const now = async (): Promise<Tensor> => {
    const values = ((await variable.read()) as Float32Array).map((v) => Math.min(Math.max(v, 0), 1) * 255);
    const found: Canvas = { ...canvas, values };
    return pixelsOf(options.keepColours ? withColoursOf(canvas, found) : found);
  };
  const steps =
    options.optimizer === "lbfgs"
      ? minimize(loss, [variable], { iterations, gradientTolerance: 0, changeTolerance: 0 })
      : descent(loss, variable, { iterations, lr });
  for await (const { iteration, value } of steps) {
    losses.push(value);
    if (options.onFrame && iteration % frameEvery === 0) {
      const [content, manner, variation] = await Promise.all((await seen()).map((term) => term.item()));
      const scores = Float32Array.of(value);
      await options.onFrame({
        ...{ step: iteration, steps: iterations, scores, pixels: await now() },
        ...{ content, manner, variation },
      });
    }
    await done(iteration);
    if (options.stop?.aborted) break;
  }
  return { pixels: await now(), losses };
});

/** Adam, held in the range of pixels after each step. */
async function* descent(
  loss: () => Tensor,
  variable: Variable,
  { iterations, lr }: { iterations: number; lr: number },
): AsyncGenerator<{ iteration: number; value: number }> {
  const learner = learnerOf(adam({ lr }), new Map([["picture", variable]]));
  const descend = compile((at: StepTensors) => {
    const value = loss();
    learner.update(gradients(value, [variable]), at);
    return value;
  });
  const hold = compile(() => {
    assign(variable, clip(variable, 0, 1));
    return [];
  });
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const value = await descend(stepTensors(lr, iteration));
    await hold();
    yield { iteration, value: await value.item() };
  }
}

/** Shares of the range. */
function beginning({ values }: Canvas, start: "content" | "noise", seed: number): Float32Array {
  if (start === "content") return values.map((v) => v / 255);
  const random = new RandomStream(seed, beginningsOfStyle);
  return values.map(() => Math.min(Math.max(random.normal(0.5, 0.1), 0), 1));
}

/** Average pooling in the windows of max pooling. */
export function averaged(_: string, layer: Layer): Layer | undefined {
  if (layer.type !== "maxPool2d") return undefined;
  const { size, ...options } = layer.options as nn.MaxPool2dOptions;
  return nn.avgPool2d(size, { ...options, countPadding: false });
}

/** Σ over places of the products of channels, by their number: N×h×w×C to N×C×C. */
export function gram(a: Tensor): Tensor {
  const [n, h, w, c] = a.shape;
  const rows = reshape(a, [n, h * w, c]);
  return mul(matmul(transpose(rows, [0, 2, 1]), rows), 1 / (h * w));
}

function meanSquare(target: Tensor): number {
  let sum = 0;
  for (const value of target.own!) sum += value * value;
  return Math.max(sum / target.size, 1e-12);
}

export const canvasesOf = (model: Model, styles: Tensor | readonly Tensor[]): Promise<Canvas[]> =>
  Promise.all(
    (Array.isArray(styles) ? styles : [styles]).map((picture: Tensor) =>
      canvasOf("style: the style", model, picture),
    ),
  );

type WalkMode = { instead?: typeof averaged };

async function contentOf(
  model: Model,
  { height, width, channels, values }: Canvas,
  layers: readonly string[],
  mode: WalkMode,
): Promise<Tensor[]> {
  const run = compile((p: Tensor) => {
    const outputs = outputsAt(model, fromShares(model, p), layers, mode);
    return layers.map((layer) => outputs.get(layer)!);
  });
  const found = await run(
    Tensor.from(
      values.map((v) => v / 255),
      [1, height, width, channels],
      "f32",
    ),
  );
  await settle(found);
  return [...found];
}

/** The Gram matrices of the style, layer by layer: of several pictures their weighed mean. */
export async function stylesOf(
  model: Model,
  painted: readonly Canvas[],
  layers: readonly string[],
  { mode = {}, blend = painted.map(() => 1) }: { mode?: WalkMode; blend?: readonly number[] },
): Promise<Tensor[]> {
  if (blend.length !== painted.length)
    throw new ExplainError(`style: ${blend.length} weights for ${painted.length} style pictures`);
  const total = blend.reduce((a, b) => a + b, 0);
  if (!(total > 0) || blend.some((weight) => !(weight >= 0)))
    throw new ExplainError(
      `style: the weights are ${blend.join(", ")}, expected numbers of at least 0, and one above`,
    );
  const sums: { of: Float32Array; shape: Shape }[] = [];
  for (const [k, { height, width, channels, values }] of painted.entries()) {
    const run = compile((p: Tensor) => {
      const outputs = outputsAt(model, fromShares(model, p), layers, mode);
      return layers.map((layer) => gram(outputs.get(layer)!));
    });
    const shares = values.map((v) => v / 255);
    const found = await run(Tensor.from(shares, [1, height, width, channels], "f32"));
    await settle(found);
    found.forEach(({ own, size, shape }, i) => {
      sums[i] ??= { of: new Float32Array(size), shape };
      for (let at = 0; at < size; at++) sums[i].of[at] += (own![at] * blend[k]) / total;
    });
  }
  return sums.map(({ of, shape }) => Tensor.from(of, shape, "f32"));
}

/** The layers that were named, or the model's own. */
export function checkedLayers(
  model: Model,
  named: Partial<StyleLayers>,
  pictures: readonly Canvas[],
): StyleLayers {
  const usual = usualLayers(model);
  const layers = { content: named.content ?? usual.content, style: named.style ?? usual.style };
  for (const layer of [...layers.content, ...layers.style]) {
    const place = mapsOf(model, layer, "style");
    for (const picture of pictures) checkSize("style", model, place, picture);
  }
  return layers;
}
