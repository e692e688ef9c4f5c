import { partial } from "../autodiff/gradients.js";
import type { Batch } from "../data/batches.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { equal, logicalAnd, notEqual } from "../ops/comparisons.js";
import { argmax } from "../ops/extremes.js";
import { zeros } from "../ops/fill.js";
import { scalar } from "../ops/scalar.js";
import { sum } from "../ops/sum.js";
import type { Optimizer } from "../optim/index.js";
import { learner as learnerOf, stepTensors } from "../optim/learner.js";
import { threefry2x32 } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import { Tensor, type TypedArray } from "../tensor/tensor.js";
import { pixelsFor } from "./pixels.js";
import { type Target, targetsOf } from "./target.js";
import { TrainingError } from "./training-error.js";

/** What changes from step to step. */
export interface StepInputs {
  /** H×W×C of a picture. */
  shape: readonly [h: number, w: number, c: number];
  lr: number;
  /** Steps made before this one. */
  step: number;
  /** The run's seed. */
  seed: number;
}

/** A type, not an interface: it is a tree of tensors. */
type StepTensors = { [name in "images" | "labels" | "lr" | "step" | "seed"]: Tensor };

/**
 * One step of training as one program: the loss, its gradients, the optimizer's update and the running statistics,
 * in place. The program is compiled at the first batch, and once more for a last batch that is smaller.
 */
export function trainingStep(
  model: Model,
  { loss, optimizer, target = "class" }: { loss: Loss; optimizer: Optimizer; target?: Target },
) {
  const { parameters } = model;
  const learner = learnerOf(optimizer, parameters);

  const learn = (objective: Loss, { images, labels, lr, step, seed }: StepTensors) => {
    const targets = targetsOf(target, { images, labels });
    const { output, value } = trainingLoss(model, objective, { images, targets, seed });
    const slopes = partial(value, [...parameters.values()]);
    if (slopes.every((slope) => slope === null)) throw unreached(model);
    const known = slopes.map((slope, i) => slope ?? zeros([...parameters.values()][i].shape));
    learner.update(known, { lr, step });
    if (target !== "class") return { loss: value, correct: scalar(0) };
    const isRead = equal(argmax(output, { axis: 1 }), labels);
    const counts = loss.ignore === undefined ? isRead : logicalAnd(isRead, notEqual(labels, loss.ignore));
    return { loss: value, correct: sum(cast(counts, "i32")) };
  };
  const run = compile((inputs: StepTensors) => learn(loss, inputs));
  const runMixed = compile((inputs: StepTensors, others: Tensor, share: Tensor) =>
    learn(
      (output, labels, weights) =>
        add(mul(loss(output, labels, weights), share), mul(loss(output, others, weights), sub(1, share))),
      inputs,
    ),
  );

  const take = async (
    batch: Batch,
    { shape, lr, step, seed }: StepInputs,
  ): Promise<{ loss: number; correct: number }> => {
    const inputs = {
      images: ofBatch(batch.images, [batch.size, ...shape]),
      labels: ofBatch(batch.labels, [batch.size]),
      ...stepTensors(lr, step + 1),
      seed: tensor(Int32Array.of(stepSeed(seed, step)), []),
    };
    const { mixed } = batch;
    // A mixed picture is compared with itself: there is nothing to share out.
    const result = await (mixed && target === "class"
      ? runMixed(inputs, tensor(mixed.labels), tensor(mixed.share))
      : run(inputs));
    return { loss: result.loss[0], correct: result.correct[0] };
  };
  return Object.assign(take, { state: learner.state });
}

/** A batch's arrays are nobody else's: they need no copy. */
function ofBatch(values: TypedArray, shape: readonly number[]): Tensor {
  if (values instanceof Float32Array) return Tensor.from(values, shape, "f32");
  return Tensor.from(values, shape, values instanceof Int32Array ? "i32" : "u8");
}

function unreached({ name, parameters }: Model): TrainingError {
  const paths = [...parameters.keys()];
  const some =
    paths.length > 4 ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more` : paths.join(", ");
  return new TrainingError(
    `the loss does not depend on any parameter of ${name} in a way that has a gradient (${some}): it would learn nothing; a loss is a function of the model's output, without argmax, comparisons, stopGradient or whole numbers in between`,
  );
}

/**
 * What a model in training makes of pictures (pixels of 0 to 255), and how wrong that is: its loss, and that of each
 * auxiliary head as many times as the head says.
 */
export function trainingLoss(
  model: Model,
  loss: Loss,
  { images, targets, seed }: { [name in "images" | "targets" | "seed"]: Tensor },
): { output: Tensor; value: Tensor } {
  const heads: Tensor[] = [];
  const aside = (y: Tensor, weight: number) => void heads.push(mul(loss(y, targets), weight));
  const output = model(pixelsFor(model, images), { training: true, seed, aside });
  const own = loss(output, targets, model.parameters);
  if (!(own instanceof Tensor))
    throw new TypeError(
      `the loss answers with ${typeof own === "function" ? "a function: losses are made first, crossEntropy()" : typeof own}, expected a tensor`,
    );
  return { output, value: heads.reduce(add, own) };
}

/** A seed of its own for each step, so that dropout draws other units, and the same ones in the same run. */
const stepSeed = (seed: number, step: number): number => threefry2x32(seed, stepping, step, 0)[0] | 0;

/** A stream of the run's seed that nothing else draws from; see split.ts. */
const stepping = 3;
