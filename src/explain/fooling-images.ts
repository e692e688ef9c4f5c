import { pullBack } from "../autodiff/gradients.js";
import { optionsOf } from "../door/options.js";
import { fromOneOn, positive, wholeNumber } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import { clip } from "../ops/activations.js";
import { add, div, mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { less } from "../ops/comparisons.js";
import { abs } from "../ops/elementary.js";
import { oneHot } from "../ops/one-hot.js";
import { reshape } from "../ops/reshape.js";
import { scalar } from "../ops/scalar.js";
import { logSoftmax, softmax } from "../ops/softmax.js";
import { mean } from "../ops/statistics.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import { beginningsOfFooling } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { checkTensor } from "../tensor/arguments.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { show, sizeOf } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { ExplainError } from "./explain-error.js";
import { amount, classesOption, type Method, seedOption } from "./method.js";
import { fromShares, inputOf } from "./pictures.js";
import { aShare, showing } from "./rules.js";
import { parts, type Showing } from "./running.js";
import { aimAt } from "./target.js";
import { throughView } from "./view.js";
import { scoresOf } from "./walk.js";

/** What {@link foolingImages} feigns, and when it is content. */
export interface FoolingOptions extends Showing {
  /** The classes to be feigned, a picture for each; all of the model's if left out. */
  classes?: readonly number[];
  /** A picture is finished when the model is so sure of it. */
  confidence?: number;
  seed?: number;
}

/** What {@link foolingImages} begins with, and how it climbs. */
export interface GradientFoolingOptions extends FoolingOptions {
  /** Pixels of 0 to 255, one picture for all classes or one for each: what is changed; noise if left out. */
  from?: Tensor;
  /** Of a pixel on average, as a share of the range. */
  step?: number;
  /** At most. */
  steps?: number;
}

export const fooling = { ...showing, classes: 1, confidence: aShare, seed: wholeNumber } as const;

/** Pictures that show nothing, and how sure the model is of them. */
export interface Fooling {
  readonly classes: readonly number[];
  /** N×H×W×C, pixels of 0 to 255. */
  readonly images: Tensor;
  /** How sure the model is that each picture shows its class. */
  readonly confidences: Float32Array;
  /** Steps or generations that it took. */
  readonly steps: number;
}

/**
 * Pictures of noise that a model is sure of, by gradient: from evenly random pixels, small steps up the logarithm of
 * the probability, so that the picture stays the noise it was. From a picture of your own it is an adversarial example:
 * what looks like it, and is read as another class.
 *
 *     x ← x + step · g / mean|g|,   g = ∂ ln p[k] / ∂ x,   held in the range of the data
 *
 * @throws ExplainError where there is no such class, or `from` is neither one picture of the model's nor one for each class
 * Nguyen, Yosinski, Clune: Deep Neural Networks Are Easily Fooled, arXiv:1412.1897, section 3.6; Szegedy et al.:
 * Intriguing Properties of Neural Networks, arXiv:1312.6199.
 */
export const foolingImages = throughView("foolingImages")(async function foolingImages(
  model: Model,
  options: GradientFoolingOptions = {},
): Promise<Fooling> {
  optionsOf("foolingImages", options, { ...fooling, from: 1, step: positive, steps: fromOneOn });
  const { confidence = 0.999, seed = 0, step = 0.01, steps = 500, frameEvery = 1 } = options;
  const size = inputOf("foolingImages", model);
  const classes = await classesOf("foolingImages", model, options.classes);
  const n = classes.length;
  const climb = compile((p: Tensor, units: Tensor) => {
    const scores = scoresOf(model, fromShares(model, p));
    const chosen = oneHot(units, scores.shape[1]);
    const sureness = sum(mul(softmax(scores), chosen), { axis: 1 });
    const [slope] = pullBack(sum(mul(logSoftmax(scores), chosen)), scalar(1), [p]);
    const by = add(mean(abs(slope), { axis: [1, 2, 3], keepDims: true }), 1e-30);
    // Pictures that are finished stay as they are.
    const width = reshape(where(less(sureness, confidence), step, 0), [n, 1, 1, 1]);
    return { sureness, next: clip(add(p, mul(slope, div(width, by))), 0, 1) };
  });

  let p = options.from
    ? await beginning(model, options.from, [n, ...size])
    : Tensor.from(noise(seed, n * size[0] * size[1] * size[2]), [n, ...size], "f32");
  const units = Tensor.from(Int32Array.from(classes), [n], "i32");
  const done = parts(options, steps);
  let [confidences, made] = [new Float32Array(n), 0];
  for (; made < steps; made++) {
    const { sureness, next } = await climb(p, units);
    confidences = (await numbersOf(sureness)) as Float32Array<ArrayBuffer>;
    if (confidences.every((q) => q >= confidence)) break;
    p = next;
    // How sure the model is of a picture is known one step later: a frame has what it was sure of when it moved it.
    if ((made + 1) % frameEvery === 0)
      await options.onFrame?.({
        step: made + 1,
        steps,
        scores: confidences.slice(),
        pixels: await pixelsOf(p),
      });
    await done(made + 1);
    if (options.stop?.aborted) {
      made++;
      break;
    }
  }
  await done(steps);
  return { classes, images: await pixelsOf(p), confidences, steps: made };
});

function noise(seed: number, count: number): Float32Array {
  const random = new RandomStream(seed, beginningsOfFooling);
  return Float32Array.from({ length: count }, () => random.uniform());
}

/** Pixels of 0 to 255 as shares of the range, a picture for each class. */
async function beginning(model: Model, from: Tensor, shape: readonly number[]): Promise<Tensor> {
  checkTensor("foolingImages", "from", from);
  const [n, ...size] = shape;
  const [given, ...own] = from.shape;
  if (from.rank !== 4 || (given !== 1 && given !== n) || own.join() !== size.join())
    throw new ExplainError(
      `foolingImages: from is ${show(from.shape)}, ${model.name} expects 1×${show(size)}${n === 1 ? "" : ` or ${show(shape)}`}`,
    );
  const pixels = await numbersOf(cast(from, "f32"));
  const shares = Float32Array.from({ length: sizeOf(shape) }, (_, i) => pixels[i % pixels.length] / 255);
  return Tensor.from(shares, shape, "f32");
}

/** Shares of the range as pixels of 0 to 255. */
async function pixelsOf(p: Tensor): Promise<Tensor> {
  const shares = await numbersOf(p);
  return Tensor.from(
    shares.map((v) => v * 255),
    p.shape,
    "f32",
  );
}

/** The classes that are wanted. */
export async function classesOf(
  speaker: string,
  model: Model,
  wanted: readonly number[] | undefined,
): Promise<readonly number[]> {
  const one = Tensor.from(new Float32Array(0), [1, ...inputOf(speaker, model)], "f32");
  const [, count] = scoresOf(model, one).shape;
  const classes = wanted ?? Array.from({ length: count }, (_, k) => k);
  const pictures = Tensor.from(new Float32Array(0), [classes.length, ...inputOf(speaker, model)], "f32");
  await aimAt(speaker, model, pictures, classes);
  return classes;
}

export const foolingMethod: Method<Fooling> = {
  name: "fooling",
  title: "Fooling images",
  description: "pictures of noise that the network is sure of, by gradient",
  question: "Can noise be changed a little, so that the network is sure that it shows a class?",
  cannotSay: "It does not say how the network reads photographs: such pictures do not come by chance.",
  about: "network",
  networks: "that tell classes",
  answer: { kind: "pictures" },
  options: [classesOption, amount("steps", { usual: 500, help: "steps at most" }), seedOption],
  isStepwise: true,
  run: (network, _, options) => foolingImages(network, options),
};
