import { yieldToHost } from "#platform";
import { gradients } from "../autodiff/gradients.js";
import {
  signal as aSignal,
  callback,
  notNegative,
  oneOf,
  positive,
  required,
  wholeNumber,
  wholeOfAtLeast,
} from "../door/rules.js";
import { crossEntropy, type Loss } from "../losses/index.js";
import { relu } from "../ops/activations.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { square } from "../ops/elementary.js";
import { matmul } from "../ops/matmul.js";
import { oneHot } from "../ops/one-hot.js";
import { sum } from "../ops/sum.js";
import { adam, cosine } from "../optim/index.js";
import { learner as learnerOf, type StepTensors, stepTensors } from "../optim/learner.js";
import { orderOfDescriptors } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import { type Tensor, variable } from "../tensor/tensor.js";
import { FeatureError } from "./raster.js";
import { settingsOf } from "./settings.js";

/** score[k] = Σ_d x[d] · weights[d][k] + bias[k]; the class of the highest score is the answer. */
export interface LinearClassifier {
  readonly length: number;
  readonly classes: number;
  /** length × classes, in rows. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** N descriptors of equal length, one after the other. */
export interface Descriptors {
  readonly count: number;
  readonly length: number;
  readonly values: Float32Array;
}

/**
 * Support vector machines, one for each class against the rest, with the squared hinge:
 *
 *     E = 1/N · Σ_n Σ_k max(0, 1 − t[n,k] · score[n,k])²,   t = 1 for the right class, −1 elsewhere
 *
 * Cortes, Vapnik: Support-Vector Networks, Machine Learning 20, 1995; Lee, Mangasarian: SSVM, 2001, for the square.
 */
const squaredHinge: Loss = (output, target) => {
  const [n, classes] = output.shape;
  const signs = sub(mul(oneHot(target, classes), 2), 1);
  return mul(sum(square(relu(sub(1, mul(signs, output))))), 1 / n);
};

/** How {@link trainLinear} trains: loss, epochs, steps. */
export interface LinearOptions {
  classes: number;
  /** "svm": squared hinge, one class against the rest. "softmax": cross entropy, also called logistic regression. */
  loss?: "svm" | "softmax";
  epochs?: number;
  batchSize?: number;
  lr?: number;
  /** λ in E + λ/2 · ‖weights‖² */
  weightDecay?: number;
  seed?: number;
  /** Is told after each epoch; the loss is the mean over its steps. */
  onProgress?: (progress: { epoch: number; epochs: number; loss: number }) => void;
  signal?: AbortSignal;
}

/** What its options may be, beside the classes. */
export const training = {
  loss: oneOf("svm", "softmax"),
  epochs: wholeOfAtLeast(1),
  batchSize: wholeOfAtLeast(1),
  lr: positive,
  weightDecay: notNegative,
  seed: wholeNumber,
  onProgress: callback,
  signal: aSignal,
};

/**
 * A linear classifier over descriptors, trained by Adam with a learning rate that falls as a cosine.
 *
 * @throws FeatureError where labels and descriptors are not equally many or a label is no class
 */
export async function trainLinear(
  { count, length, values }: Descriptors,
  labels: ArrayLike<number>,
  options: LinearOptions,
): Promise<LinearClassifier> {
  settingsOf("trainLinear", options, { ...training, classes: required(wholeOfAtLeast(1)) });
  const { classes, loss = "svm", epochs = 10, batchSize = 200, lr = 0.003, weightDecay = 1e-5 } = options;
  const { seed = 0, onProgress, signal } = options;
  if (labels.length !== count)
    throw new FeatureError(`trainLinear: ${labels.length} labels for ${count} descriptors`);
  const wrong = Array.prototype.findIndex.call(labels, (label: number) => !(label >= 0 && label < classes));
  if (wrong >= 0)
    throw new FeatureError(`trainLinear: label ${wrong} is ${labels[wrong]}, expected 0 to ${classes - 1}`);

  const weights = variable(new Float32Array(length * classes), [length, classes], "f32");
  const bias = variable(new Float32Array(classes), [classes], "f32");
  const parameters = new Map([
    ["weights", weights],
    ["bias", bias],
  ]);
  const learner = learnerOf(adam({ lr }), parameters);
  const error = loss === "svm" ? squaredHinge : crossEntropy();
  const step = compile((x: Tensor, target: Tensor, at: StepTensors) => {
    const value = error(add(matmul(x, weights), bias), target);
    const decayed = add(value, mul(sum(square(weights)), weightDecay / 2));
    learner.update(gradients(decayed, [weights, bias]), at);
    return value;
  });

  const size = Math.min(batchSize, count);
  const steps = Math.floor(count / size); // what is left over comes in another epoch's order
  const rateAt = cosine({ lr, steps: epochs * steps });
  const batch = new Float32Array(size * length);
  const target = new Int32Array(size);
  for (let epoch = 0, done = 0; epoch < epochs; epoch++) {
    const order = new RandomStream(seed, orderOfDescriptors, epoch).permutation(count);
    let total = 0;
    for (let s = 0; s < steps; s++, done++) {
      for (let i = 0; i < size; i++) {
        const from = order[s * size + i];
        batch.set(values.subarray(from * length, (from + 1) * length), i * length);
        target[i] = labels[from];
      }
      const at = stepTensors(rateAt(done), done + 1);
      const value = await step(tensor(batch, [size, length]), tensor(target), at);
      total += await value.item();
      if (s % 16 === 0) await yieldToHost();
      signal?.throwIfAborted();
    }
    onProgress?.({ epoch: epoch + 1, epochs, loss: total / steps });
  }
  const [w, b] = (await Promise.all([weights.read(), bias.read()])) as Float32Array[];
  return { length, classes, weights: w, bias: b };
}

/** The scores of every descriptor, N×classes. */
export async function linearScores(
  { length, classes, weights, bias }: LinearClassifier,
  descriptors: Descriptors,
): Promise<Float32Array> {
  if (descriptors.length !== length)
    throw new FeatureError(
      `linearScores: the descriptors have ${descriptors.length} numbers, the classifier takes ${length}`,
    );
  const scores = new Float32Array(descriptors.count * classes);
  // In parts, so that the engine's memory does not grow with the number of descriptors.
  for (let begin = 0; begin < descriptors.count; begin += 2000) {
    const end = Math.min(begin + 2000, descriptors.count);
    const x = tensor(descriptors.values.subarray(begin * length, end * length), [end - begin, length]);
    const part = add(matmul(x, tensor(weights, [length, classes])), tensor(bias));
    scores.set(await part.data(), begin * classes);
  }
  return scores;
}

/** The class of every descriptor. */
export async function classify(classifier: LinearClassifier, descriptors: Descriptors): Promise<Uint8Array> {
  const scores = await linearScores(classifier, descriptors);
  const { classes } = classifier;
  return Uint8Array.from({ length: descriptors.count }, (_, n) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (scores[n * classes + k] > scores[n * classes + best]) best = k;
    return best;
  });
}
