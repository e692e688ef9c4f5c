/** A step of training, looked at instead of made. */
import { gradients, partial } from "../autodiff/gradients.js";
import { batchAt } from "../data/example-batches.js";
import { isStream } from "../data/stream.js";
import { optionsOf } from "../door/options.js";
import { notNegative, oneOf, required, rule, wholeNumber } from "../door/rules.js";
import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";
import type { Loss } from "../losses/index.js";
import type { AnyLayer } from "../nn/layer.js";
import { zeros } from "../ops/fill.js";
import type { Optimizer, StepTensors } from "../optim/index.js";
import { stepTensors } from "../optim/learner.js";
import { anOptimizer } from "../optim/optimizer.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import { settle, Tensor } from "../tensor/tensor.js";
import { traced } from "../tensor/tracing.js";
import { leavesOf, type Tree } from "../tensor/tree.js";
import { buildFor } from "./building.js";
import type { TrainingState } from "./checkpoint.js";
import { type FreezingOptions, freezingOf } from "./freezing.js";
import { aLoss, anObjective, arePaths, checkModel } from "./given.js";
import { type BatchTensors, lossOfCost, type Objective, type Trainable } from "./objective.js";
import { stepSeed, unreached } from "./step.js";
import { objectiveOf, type Target } from "./target.js";
import { byFields, checkTrainable, type TrainingSource } from "./training-data.js";
import { checkWeights } from "./weights-checks.js";

/** Which step {@link previewStep} looks at: of which examples, and where in a training. */
export interface PreviewOptions extends FreezingOptions {
  /** Where in the data set the examples of the batch stand. */
  places: ArrayLike<number>;
  objective?: Objective;
  /** Of pictures with classes, where there is no objective; cross entropy if left out. */
  loss?: Loss;
  target?: Target;
  /** Whose update is wanted; the gradients alone if left out. */
  optimizer?: Optimizer;
  /** The optimizer's own if left out. */
  lr?: number;
  /** Where the training stands, as a checkpoint has it; before its first step if left out. */
  training?: Pick<TrainingState, "optimizerState" | "totalSteps">;
  /** The run's, from which dropout draws. */
  seed?: number;
  /** Layers by path, `conv1`, of which it is wanted what goes in and comes out, and how the loss depends on that. */
  layers?: readonly string[];
}

/** A layer in a step that is looked at: of the whole batch, N×… */
export interface PreviewedLayer {
  readonly input: Tensor;
  readonly output: Tensor;
  /** ∂ loss / ∂ output: with the input the gradients of the layer's parameters are sums of products of the two. */
  readonly gradient: Tensor;
}

/** What {@link previewStep} answers, by the path of each parameter, `conv1.filters`; all of the same moment. */
export interface PreviewedStep {
  /** On the batch, penalties included. */
  readonly loss: number;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** ∂ loss / ∂ parameter. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** What the parameters would be after the step; none without an optimizer. */
  readonly updated: ReadonlyMap<string, Tensor>;
  /** What the optimizer remembers, `momentum/conv1.filters`, now and after the step. */
  readonly state: ReadonlyMap<string, Tensor>;
  readonly updatedState: ReadonlyMap<string, Tensor>;
  /** Those that were asked for, by path. */
  readonly layers: ReadonlyMap<string, PreviewedLayer>;
}

/**
 * What a step of training would do: the loss of a batch, its gradients, and for each parameter what the optimizer makes
 * of it, number by number. Nothing is changed, running statistics neither.
 *
 *     const { gradients, parameters, updated } = await previewStep(model, digits, {
 *       places: [0, 1, 2, 3], optimizer: optim.sgd({ lr: 0.05, momentum: 0.9 }), training: checkpoint.training,
 *     });
 *
 * @throws TrainingError where the loss reaches no parameter
 * @throws RangeError where there are no examples at these places
 * @throws WeightsError where the optimizer's state is of other parameters
 * @throws TypeError where there is no such layer, or it takes several tensors
 */
export async function previewStep(
  model: Trainable,
  data: TrainingSource,
  options: PreviewOptions,
): Promise<PreviewedStep> {
  const speaker = "previewStep";
  checkModel(speaker, model);
  optionsOf(speaker, options, {
    places: required(somePlaces),
    objective: anObjective,
    loss: aLoss,
    target: oneOf("class", "picture"),
    optimizer: anOptimizer,
    lr: notNegative,
    training: 1,
    seed: wholeNumber,
    trained: rule('a pattern such as "dense1", or a list of them', arePaths),
    rates: 1,
    statistics: oneOf("still", "moving"),
    layers: somePaths,
  });
  const { optimizer, training, seed = 0, lr = optimizer?.lr ?? 0, layers = [] } = options;
  const objective = objectiveOf(options);
  checkTrainable(speaker, data, objective);
  const examples = byFields(data);
  if (isStream(examples))
    throw new TypeError(
      `${speaker}: ${data.name} is a stream, expected a data set whose examples have places`,
    );
  const places = Int32Array.from(options.places);
  for (const place of places)
    if (!(place >= 0 && place < examples.length))
      throw new RangeError(`${speaker}: there is no example ${place}; ${data.name} has ${examples.length}`);
  buildFor(speaker, model, objective, examples, { seed });
  const { parameters, rate, still } = freezingOf(speaker, model, options);
  const variables = [...parameters.values()];
  const state = optimizer ? stateOf(optimizer, parameters, training) : new Map<string, Tensor>();
  const { fields } = examples;

  const run = compile((batch: BatchTensors, { lr, step, seed }: StepTensors & { seed: Tensor }) => {
    const mode = { training: true, seed, ...(still && { still }) };
    // In a trace of its own: statistics that the batch would move stay.
    const { result: cost } = traced(() => objective.cost(model, batch, mode, fields));
    const loss = lossOfCost(cost);
    const slopes = partial(loss, variables);
    if (slopes.every((slope) => slope === null)) throw unreached({ name: model.name, parameters });
    const found = new Map([...parameters].map(([path, { shape }], i) => [path, slopes[i] ?? zeros(shape)]));
    const next = optimizer?.update(parameters, found, { lr, step, state, rate });
    const record = (map: ReadonlyMap<string, Tensor> = new Map()) => Object.fromEntries(map);
    return {
      loss,
      parameters: record(parameters),
      gradients: record(found),
      updated: record(next?.parameters),
      state: record(state),
      updatedState: record(next?.state),
    };
  });
  // A program of its own: numbers that are kept may be rounded otherwise than those that are not, and the step shall be
  // the one that is made.
  const watch = compile((batch: BatchTensors, seed: Tensor) => {
    const seen = new Map<string, { input: Tree; output: Tensor }>();
    const capture = (path: string, output: Tensor, _: AnyLayer, input: Tree) => {
      seen.set(path, { input, output });
    };
    const mode = { training: true, seed, capture, ...(still && { still }) };
    const { result: cost } = traced(() => objective.cost(model, batch, mode, fields));
    const watched = layers.map((path) => layerNamed(path, seen));
    const slopes = gradients(
      lossOfCost(cost),
      watched.map(({ output }) => output),
    );
    return Object.fromEntries(
      layers.map((path, i) => [path, { ...watched[i], gradient: slopes[i] }] as const),
    );
  });
  const { totalSteps = 0 } = training ?? {};
  const batch = await batchAt(examples, places);
  const at = {
    ...stepTensors(lr, totalSteps + 1),
    seed: tensor(Int32Array.of(stepSeed(seed, totalSteps, 0)), []),
  };
  const { loss, ...found } = await run(batch.fields, at);
  const watched = layers.length > 0 ? await watch(batch.fields, at.seed) : {};
  await settle([...leavesOf(found), ...leavesOf(watched)].map(([, leaf]) => leaf));
  const mapOf = (record: { readonly [path: string]: Tensor }) => new Map(Object.entries(record));
  return {
    loss: await loss.item(),
    parameters: mapOf(found.parameters),
    gradients: mapOf(found.gradients),
    updated: mapOf(found.updated),
    state: mapOf(found.state),
    updatedState: mapOf(found.updatedState),
    layers: new Map(Object.entries(watched)),
  };
}

function layerNamed(
  path: string,
  seen: ReadonlyMap<string, { input: Tree; output: Tensor }>,
): Omit<PreviewedLayer, "gradient"> {
  const found = seen.get(path);
  if (!found)
    throw new TypeError(
      `previewStep: there is no layer ${path}; there are ${[...seen.keys()].join(", ")}${suggestion(path, [...seen.keys()])}`,
    );
  const { input, output } = found;
  if (!(input instanceof Tensor))
    throw new TypeError(`previewStep: the layer ${path} takes several tensors, expected one that takes one`);
  return { input, output };
}

const somePaths = rule(
  'a list of layers, such as ["conv1"]',
  (value) => Array.isArray(value) && value.every((path) => typeof path === "string"),
);

const somePlaces = rule(
  "a list of at least one whole number",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    (value as ArrayLike<number>).length > 0 &&
    Array.from(value as ArrayLike<number>).every(Number.isInteger),
);

function stateOf(
  optimizer: Optimizer,
  parameters: ReadonlyMap<string, Tensor>,
  training: PreviewOptions["training"],
): ReadonlyMap<string, Tensor> {
  const first = optimizer.state(parameters);
  if (!training) return first;
  const { optimizerState } = training;
  if (!(optimizerState instanceof Map))
    throw new TypeError(
      `previewStep: training is ${said(training)}, expected that of a checkpoint, with its optimizerState`,
    );
  checkWeights(new Map([...first].map(([path, { shape }]) => [path, shape])), optimizerState, {
    origin: "the checkpoint's optimizer",
    owner: `that of ${optimizer.name}`,
  });
  return new Map(
    [...first].map(([path, { shape }]) => [
      path,
      Tensor.from(optimizerState.get(path)!.data.slice(), shape, "f32"),
    ]),
  );
}
