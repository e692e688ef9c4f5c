/** Networks that learn the same pictures side by side. */
import {
  checkpointOf,
  data,
  encodeCheckpoint,
  evaluate,
  fit,
  type Model,
  type Optimizer,
  optim,
  tensor,
  where,
} from "receptive";
import type { Answering, Tell } from "./errand.js";
import type { Contestant, Job, Standing } from "./errands.js";
import { nearestOf } from "./nearest.js";
import { datasetOf, orderOf } from "./picture-sets.js";
import type { Values } from "./protocol.js";
import { loss } from "./recipe.js";
import { built } from "./run.js";

/** The room Train's own settings. */
const [rate, momentum, batchSize] = [0.05, 0.9, 128];
/** Test pictures on the way, and how often. */
const [quick, measurings] = [500, 14];

type Trial = Extract<Job, { kind: "trial" }>;

interface Learner {
  readonly who: number;
  readonly model: Model;
  readonly training: ReturnType<typeof fit>;
  readonly test: data.Dataset;
}

export async function tried(job: Trial, tell: Tell): Promise<Answering | undefined> {
  const { epochs, rounds } = job;
  const train = datasetOf(job.pictures.train, "train");
  const test = datasetOf(job.pictures.test, "test");
  const [height, width, channels] = train.shape;
  const order = orderOf(height * width, job.order);
  const shuffled = rounds.flat().some(({ isShuffled }) => isShuffled)
    ? { train: reordered(train, order, channels), test: reordered(test, order, channels) }
    : undefined;
  const steps = epochs * Math.ceil(train.length / batchSize);
  const models = rounds.flat().map(({ net }) => built(net, train));
  for (const model of models) model.build(train.shape, { seed: job.seed });
  tell({
    kind: "begun",
    steps,
    params: models.map((model) => model.summary(train.shape).params),
  });
  let who = 0;
  for (const round of rounds) {
    const learners: Learner[] = [];
    for (const contestant of round) {
      const model = models[who];
      const parts = contestant.isShuffled ? shuffled! : { train, test };
      const optimizer = await optimizerOf(model, contestant);
      const training = fit(model, parts.train, {
        ...{ loss: loss(), optimizer, epochs, batchSize, seed: job.seed },
      });
      learners.push({ who: who++, model, training, test: parts.test });
    }
    await learn(learners, steps, tell);
    for (const { who, model, test } of learners) {
      const { accuracy, count } = await evaluate(model, test, { batchSize: 250 });
      const filters = await firstFilters(model);
      const about = { input: train.shape, data: { name: train.name, classes: train.classes } };
      const network = encodeCheckpoint(await checkpointOf(model, about)).buffer as ArrayBuffer;
      if (filters) tell({ kind: "filters", who, step: steps, filters });
      const nearest = filters && nearestOf(filters);
      tell({ kind: "measured", who, accuracy, of: count, network, ...(nearest ? { nearest } : {}) }, [
        network,
      ]);
    }
  }
  return undefined;
}

/** Step by step, each in its turn. */
async function learn(learners: readonly Learner[], steps: number, tell: Tell): Promise<void> {
  let standings: Standing[] = [];
  let told = performance.now();
  const each = Math.max(1, Math.ceil(steps / measurings));
  for (let step = 1; step <= steps; step++) {
    const isMeasured = step % each === 0 || step === steps || step === 1;
    for (const { who, model, training, test } of learners) {
      let { value: event } = await training.next();
      while (event && event.kind !== "step") ({ value: event } = await training.next());
      if (!event) return;
      const some = data.part(test, 0, Math.min(quick, test.length));
      const accuracy = isMeasured
        ? { accuracy: (await evaluate(model, some, { batchSize: 250 })).accuracy }
        : {};
      standings.push({ who, step, loss: event.loss, ...accuracy });
      if (isMeasured) {
        const filters = await firstFilters(model);
        if (filters) tell({ kind: "filters", who, step, filters });
      }
    }
    if (performance.now() - told > 80 || step === steps) {
      tell({ kind: "standings", standings });
      standings = [];
      told = performance.now();
    }
  }
  for (const { training } of learners) await training.return();
}

/** The same pictures with their pixels in another order, that of all of them. */
function reordered(set: data.Dataset, order: Int32Array, channels: number): data.Dataset {
  const images = new Uint8Array(set.images.length);
  const size = order.length * channels;
  for (let n = 0; n < set.length; n++)
    for (let i = 0; i < order.length; i++)
      for (let c = 0; c < channels; c++)
        images[n * size + i * channels + c] = set.images[n * size + order[i] * channels + c];
  return { ...set, images };
}

async function firstFilters(model: Model): Promise<Values | undefined> {
  const path = firstPath(model);
  const filters = path === undefined ? undefined : model.parameters.get(path);
  return filters && { shape: [...filters.shape], data: Float32Array.from(await filters.data()) };
}

function firstPath(model: Model): string | undefined {
  const at = model.layers.findIndex(({ type }) => type === "conv2d");
  return at < 0 ? undefined : `${model.layerNames[at]}.filters`;
}

/** Descent; filters with a kernel in them get it now, as long as the others are on average, and keep it bit for bit. */
async function optimizerOf(model: Model, { kernels }: Contestant): Promise<Optimizer> {
  const descent = optim.sgd({ lr: rate, momentum });
  const path = firstPath(model);
  if (!kernels || path === undefined || kernels.every((kernel) => kernel === null)) return descent;
  const filters = model.parameters.get(path)!;
  const [height, width, channels, units] = filters.shape;
  const values = Float32Array.from(await filters.data());
  const usual = Math.sqrt(values.reduce((sum, w) => sum + w * w, 0) / units);
  const isHeld = new Int32Array(values.length);
  for (const [unit, kernel] of kernels.slice(0, units).entries()) {
    if (!kernel) continue;
    if (kernel.length !== height * width)
      throw new Error(`A kernel of ${kernel.length} numbers does not fit filters of ${height}×${width}.`);
    const length = Math.sqrt(channels * kernel.reduce((sum, w) => sum + w * w, 0)) || 1;
    for (let at = 0; at < height * width; at++)
      for (let c = 0; c < channels; c++) {
        const place = (at * channels + c) * units + unit;
        values[place] = (kernel[at] * usual) / length;
        isHeld[place] = 1;
      }
  }
  filters.set(values);
  const held = tensor(isHeld, filters.shape);
  return {
    ...descent,
    name: descent.name,
    lr: descent.lr,
    state: (parameters) => descent.state(parameters),
    describe: () => descent.describe(),
    update(parameters, gradients, inputs) {
      const next = descent.update(parameters, gradients, inputs);
      const kept = where(held, parameters.get(path)!, next.parameters.get(path)!);
      return { ...next, parameters: new Map([...next.parameters, [path, kept]]) };
    },
  };
}
