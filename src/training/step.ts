import { partial } from "../autodiff/gradients.js";
import type { ExampleBatch } from "../data/example-batches.js";
import type { Fields } from "../data/examples.js";
import { zeros } from "../ops/fill.js";
import type { Optimizer } from "../optim/index.js";
import { learner as learnerOf, stepTensors } from "../optim/learner.js";
import { seedsOfSteps } from "../random/streams.js";
import { threefry2x32 } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { tensor } from "../tensor/creation.js";
import { inLayer } from "../tensor/layer-now.js";
import type { Tensor, Variable } from "../tensor/tensor.js";
import { accumulatedStep, type Stepped } from "./accumulation.js";
import type { Freezing } from "./freezing.js";
import { type BatchTensors, lossOfCost, type Objective, summands, type Trainable } from "./objective.js";
import { TrainingError } from "./training-error.js";

/** What changes from step to step. */
export interface StepInputs {
  lr: number;
  /** Steps made before this one. */
  step: number;
  /** The run's seed. */
  seed: number;
}

export interface StepOptions {
  objective: Objective;
  optimizer: Optimizer;
  /** As the data set declares them. */
  fields: Fields;
  /** Parts in which a batch is computed, one after the other; 1 if left out. */
  accumulate?: number;
  /** What of the network is trained; all of it if left out. */
  freezing?: Freezing;
}

export interface Step {
  (batch: ExampleBatch, inputs: StepInputs): Promise<Stepped>;
  /** What the optimizer remembers. */
  readonly state: ReadonlyMap<string, Variable>;
  /** Whether the next step may be asked for before this one is through, so that its device need not wait for us. */
  runsAhead(): boolean;
}

/** A type, not an interface: it is a tree of tensors. */
type StepTensors = { [name in "lr" | "step" | "seed"]: Tensor };

/**
 * One step of training as one program: the loss, its gradients, the optimizer's update and the running statistics,
 * in place. The program is compiled at the first batch; that of a last batch, which is smaller, takes most of its kernels
 * from it.
 */
export function trainingStep(
  model: Trainable,
  { objective, optimizer, fields, accumulate = 1, freezing }: StepOptions,
): Step {
  const { parameters = model.parameters, rate, still } = freezing ?? {};
  const learner = learnerOf(optimizer, parameters, rate);
  const variables = [...parameters.values()];
  const costOf = (batch: BatchTensors, seed: Tensor) =>
    inLayer("loss", () =>
      objective.cost(model, batch, { training: true, seed, ...(still && { still }) }, fields),
    );
  const slopesOf = (value: Tensor): (Tensor | null)[] => {
    const slopes = partial(value, variables);
    if (slopes.every((slope) => slope === null)) throw unreached({ name: model.name, parameters });
    return slopes;
  };

  const run = compile((batch: BatchTensors, { lr, step, seed }: StepTensors) => {
    const cost = costOf(batch, seed);
    const value = lossOfCost(cost);
    const slopes = slopesOf(value).map((slope, i) => slope ?? zeros(variables[i].shape));
    learner.update(slopes, { lr, step });
    return { loss: value, sums: summands(cost) };
  });
  const inParts =
    accumulate > 1
      ? accumulatedStep({ costOf, slopesOf, parameters, learner, parts: accumulate })
      : undefined;

  const take = async (batch: ExampleBatch, { lr, step, seed }: StepInputs): Promise<Stepped> => {
    const at = stepTensors(lr, step + 1);
    const seedOf = (part: number) => tensor(Int32Array.of(stepSeed(seed, step, part)), []);
    if (inParts && batch.size > 1) return inParts(batch, at, seedOf);
    const { loss, sums } = await numbersOf(run(batch.fields, { ...at, seed: seedOf(0) }));
    return { loss: loss[0], sums };
  };
  const runsAhead = (): boolean => !inParts && variables.some(({ storage }) => storage.device?.runsAhead);
  return Object.assign(take, { state: learner.state, runsAhead });
}

export function unreached({ name, parameters }: Pick<Trainable, "name" | "parameters">): TrainingError {
  const paths = [...parameters.keys()];
  const some =
    paths.length > 4 ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more` : paths.join(", ");
  return new TrainingError(
    `the loss does not depend on any parameter of ${name} in a way that has a gradient (${some}): it would learn nothing; a loss is a function of the model's output, without argmax, comparisons, stopGradient or whole numbers in between`,
  );
}

/**
 * A seed of its own for each step, and each part of one, so that dropout draws other units, and the same ones in the
 * same run.
 */
export const stepSeed = (seed: number, step: number, part: number): number =>
  threefry2x32(seed, seedsOfSteps, step, part)[0] | 0;
