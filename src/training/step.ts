import { gradients } from "../autodiff/gradients.js";
import type { Batch } from "../data/batches.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { equal } from "../ops/comparisons.js";
import { argmax } from "../ops/extremes.js";
import { scalar } from "../ops/scalar.js";
import { sum } from "../ops/sum.js";
import type { Optimizer } from "../optim/index.js";
import { threefry2x32 } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor, Variable } from "../tensor/tensor.js";
import { pixelsFor } from "./pixels.js";
import { type Target, targetsOf } from "./target.js";

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
  const state: ReadonlyMap<string, Variable> = optimizer.state(parameters);

  const learn = (objective: Loss, { images, labels, lr, step, seed }: StepTensors) => {
    const targets = targetsOf(target, { images, labels });
    const { output, value } = trainingLoss(model, objective, { images, targets, seed });
    optimizer.update(parameters, gradients(value, [...parameters.values()]), { lr, step, state });
    if (target !== "class") return { loss: value, correct: scalar(0) };
    return { loss: value, correct: sum(cast(equal(argmax(output, { axis: 1 }), labels), "i32")) };
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
      images: tensor(batch.images, [batch.size, ...shape]),
      labels: tensor(batch.labels),
      lr: tensor(lr),
      step: tensor(Int32Array.of(step + 1), []),
      seed: tensor(Int32Array.of(stepSeed(seed, step)), []),
    };
    const { mixed } = batch;
    // A mixed picture is compared with itself: there is nothing to share out.
    const result = await (mixed && target === "class"
      ? runMixed(inputs, tensor(mixed.labels), tensor(mixed.share))
      : run(inputs));
    return { loss: result.loss[0], correct: result.correct[0] };
  };
  return Object.assign(take, { state });
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
  return { output, value: heads.reduce(add, loss(output, targets, model.parameters)) };
}

/** A seed of its own for each step, so that dropout draws other units, and the same ones in the same run. */
const stepSeed = (seed: number, step: number): number => threefry2x32(seed, stepping, step, 0)[0] | 0;

/** A stream of the run's seed that nothing else draws from; see split.ts. */
const stepping = 3;
