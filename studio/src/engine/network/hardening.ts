/** A network learns to read pictures that were made to fool it, among others; and how easily it is fooled before and after. */
import {
  checkpointOf,
  data,
  decodeCheckpoint,
  encodeCheckpoint,
  evaluate,
  explain,
  fit,
  type Model,
  modelOf,
  optim,
  pixelsFor,
  predict,
  tensor,
} from "receptive";
import type { Tell } from "./errand.js";
import type { Fooled, Job } from "./errands.js";
import { datasetOf } from "./picture-sets.js";
import { loss } from "./recipe.js";

/** Pictures that are tried before and after, and those that are made for each round. */
const [tried, made] = [100, 256];
/** Steps of a try, each of so much of a pixel on average, as the room takes them; and of one for training. */
const [triedSteps, madeSteps, width] = [25, 40, 0.002];
/** Other pictures that a round learns from. */
const others = 3000;

export async function hardened(job: Extract<Job, { kind: "hardening" }>, tell: Tell): Promise<undefined> {
  const checkpoint = decodeCheckpoint(new Uint8Array(job.network), "the network");
  const model = modelOf(checkpoint);
  const train = datasetOf(job.pictures.train, "train");
  const test = datasetOf(job.pictures.test, "test");
  const before = await fooledOf(model, test);
  tell({ kind: "hardened", hardened: { before, round: 0, made: 0 } });
  const pool: { images: Uint8Array; labels: Uint8Array }[] = [];
  for (let round = 1; round <= job.rounds; round++) {
    const order = data.epochOrder(train.length, { seed: job.seed, epoch: round });
    const chosen = partOf(train, await readRightly(model, train, order, made));
    const { images } = await fool(model, chosen, { steps: madeSteps, confidence: 0.9 });
    pool.push({ images, labels: Uint8Array.from(chosen.labels) });
    const mixed = together([
      partOf(train, order.slice(-others)),
      ...pool.map((one) => ({ ...train, ...one })),
    ]);
    const training = fit(model, mixed, {
      ...{ loss: loss(), optimizer: optim.sgd({ lr: 0.02, momentum: 0.9 }) },
      ...{ epochs: 1, batchSize: 128, seed: job.seed + round },
    });
    for await (const _ of training);
    const examples = {
      pixels: images.slice(0, 10 * sizeOf(train)),
      labels: Uint8Array.from(chosen.labels.slice(0, 10)),
    };
    tell({ kind: "hardened", hardened: { before, round, made: round * made, examples } });
  }
  const after = await fooledOf(model, test);
  const about = { input: checkpoint.input, data: checkpoint.data };
  const network = encodeCheckpoint(await checkpointOf(model, about as never)).buffer as ArrayBuffer;
  tell(
    { kind: "hardened", hardened: { before, after, round: job.rounds, made: job.rounds * made, network } },
    [network],
  );
  return undefined;
}

const sizeOf = ({ shape }: data.Dataset): number => shape.reduce((a, b) => a * b, 1);

function partOf(set: data.Dataset, places: ArrayLike<number>): data.Dataset {
  const size = sizeOf(set);
  const images = new Uint8Array(places.length * size);
  Array.from(places).forEach((place, i) => {
    images.set(set.images.subarray(place * size, (place + 1) * size), i * size);
  });
  return {
    ...set,
    length: places.length,
    images,
    labels: Uint8Array.from(places, (place) => set.labels[place]),
  };
}

function together(parts: readonly Pick<data.Dataset, keyof data.Dataset>[]): data.Dataset {
  const [first] = parts;
  const images = new Uint8Array(parts.reduce((sum, { images }) => sum + images.length, 0));
  let at = 0;
  for (const part of parts) {
    images.set(part.images, at);
    at += part.images.length;
  }
  const labels = Uint8Array.from(parts.flatMap(({ labels }) => [...labels]));
  return { ...first, images, labels, length: labels.length };
}

const imagesOf = (set: data.Dataset) => tensor(set.images, [set.length, ...set.shape]);
const likeliest = (reading: ArrayLike<number>, but = -1): number => {
  let best = -1;
  for (let k = 0; k < reading.length; k++)
    if (k !== but && (best < 0 || reading[k] > reading[best])) best = k;
  return best;
};

/** The first so many of an order that are read as what they are; others where there are not so many. */
async function readRightly(
  model: Model,
  set: data.Dataset,
  order: Int32Array,
  count: number,
): Promise<number[]> {
  const some = order.slice(0, Math.min(order.length, 2 * count));
  const readings = await predict(model, imagesOf(partOf(set, some)));
  const isRight = Array.from(some, (place, i) => likeliest(readings[i]) === set.labels[place]);
  return Array.from(some)
    .map((place, i) => ({ place, isRight: isRight[i] }))
    .sort((a, b) => Number(b.isRight) - Number(a.isRight))
    .slice(0, count)
    .map(({ place }) => place);
}

/** Each picture towards the class that is likeliest but its own. */
async function fool(
  model: Model,
  set: data.Dataset,
  { steps, confidence }: { steps: number; confidence: number },
): Promise<{ images: Uint8Array; exact: Float32Array; classes: readonly number[] }> {
  const from = imagesOf(set);
  const readings = await predict(model, from);
  const classes = readings.map((reading, i) => likeliest(reading, set.labels[i]));
  const found = await explain.foolingImages(model, { classes, from, step: width, steps, confidence });
  const exact = Float32Array.from(await found.images.data());
  return { images: Uint8Array.from(exact, (v) => Math.round(v)), exact, classes };
}

async function fooledOf(model: Model, test: data.Dataset): Promise<Fooled> {
  const { accuracy } = await evaluate(model, test, { batchSize: 250 });
  const order = Int32Array.from({ length: test.length }, (_, i) => i);
  const set = partOf(test, await readRightly(model, test, order, Math.min(tried, test.length)));
  const { exact } = await fool(model, set, { steps: triedSteps, confidence: 0.5 });
  const readings = await predict(model, pixelsFor(model, tensor(exact.slice(), [set.length, ...set.shape])));
  const fooled = readings.reduce((sum, reading, i) => sum + Number(likeliest(reading) !== set.labels[i]), 0);
  const size = sizeOf(set);
  let change = 0;
  for (let n = 0; n < set.length; n++) {
    let squares = 0;
    for (let i = n * size; i < (n + 1) * size; i++) squares += ((exact[i] - set.images[i]) / 255) ** 2;
    change += Math.sqrt(squares) / set.length;
  }
  return { accuracy, tried: set.length, fooled, change };
}
