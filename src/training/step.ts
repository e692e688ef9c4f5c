import { gradients } from "../autodiff/gradients.js";
import type { Batch } from "../data/batches.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import { cast } from "../ops/cast.js";
import { equal } from "../ops/comparisons.js";
import { argmax } from "../ops/extremes.js";
import { sum } from "../ops/sum.js";
import type { Optimizer } from "../optim/index.js";
import { threefry2x32 } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor, Variable } from "../tensor/tensor.js";
import { pixelsFor } from "./pixels.js";

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

/**
 * One step of training as one program: the loss, its gradients, the optimizer's update and the running statistics,
 * in place. The program is compiled at the first batch, and once more for a last batch that is smaller.
 */
export function trainingStep(model: Model, { loss, optimizer }: { loss: Loss; optimizer: Optimizer }) {
  const { parameters } = model;
  const state: ReadonlyMap<string, Variable> = optimizer.state(parameters);

  const run = compile((images: Tensor, labels: Tensor, lr: Tensor, step: Tensor, seed: Tensor) => {
    const output = model(pixelsFor(model, images), { training: true, seed });
    const value = loss(output, labels, parameters);
    optimizer.update(parameters, gradients(value, [...parameters.values()]), { lr, step, state });
    return { loss: value, correct: sum(cast(equal(argmax(output, { axis: 1 }), labels), "i32")) };
  });

  const take = async (
    batch: Batch,
    { shape, lr, step, seed }: StepInputs,
  ): Promise<{ loss: number; correct: number }> => {
    const result = await run(
      tensor(batch.images, [batch.size, ...shape]),
      tensor(batch.labels),
      tensor(lr),
      tensor(Int32Array.of(step + 1), []),
      tensor(Int32Array.of(stepSeed(seed, step)), []),
    );
    return { loss: result.loss[0], correct: result.correct[0] };
  };
  return Object.assign(take, { state });
}

/** A seed of its own for each step, so that dropout draws other units, and the same ones in the same run. */
const stepSeed = (seed: number, step: number): number => threefry2x32(seed, stepping, step, 0)[0] | 0;

/** A stream of the run's seed that nothing else draws from; see split.ts. */
const stepping = 3;
