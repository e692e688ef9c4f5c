/** From settings to what the library trains with, and back from the notes of a checkpoint. */
import { type Checkpoint, data, losses, optim, type Schedule } from "receptive";
import { nameOf, sentenceOf } from "../../network/sentence.js";
import {
  dataNames,
  lenet5,
  optimizerNames,
  type ScheduleName,
  type Settings,
  scheduleNames,
} from "../../network/settings.js";

export const usual: Settings = {
  net: lenet5,
  data: "digits",
  seed: 1,
  rate: 0.05,
  momentum: 0.9,
  optimizer: "sgd",
  batch: 128,
  epochs: 3,
  schedule: "constant",
  augment: false,
};

const optimizers = {
  sgd: ({ rate, momentum }: Settings) => optim.sgd({ lr: rate, momentum }),
  adam: ({ rate }: Settings) => optim.adam({ lr: rate }),
  rmsprop: ({ rate, momentum }: Settings) => optim.rmsprop({ lr: rate, momentum }),
};

export const optimizerOf = (settings: Settings) => optimizers[settings.optimizer](settings);

/** Those of the command line, under the same names. */
const schedules: Readonly<Record<ScheduleName, (rate: number, steps: number) => Schedule>> = {
  constant: (rate) => optim.constant(rate),
  cosine: (rate, steps) => optim.cosine({ lr: rate, steps }),
  step: (rate, steps) => (step) => rate * (step < steps / 2 ? 1 : step < (3 * steps) / 4 ? 0.1 : 0.01),
  "one-cycle": (rate, steps) => optim.oneCycle({ lr: rate, steps }),
};

/** Looks at the settings at each step: a rate that changes holds from the next step on. */
export function scheduleOf(settings: () => Settings, stepsOfEpoch: () => number): Schedule {
  let made: { key: string; schedule: Schedule } | undefined;
  return (step, ...more) => {
    const { schedule, rate, epochs } = settings();
    const steps = Math.max(1, epochs * stepsOfEpoch());
    const key = `${schedule} ${rate} ${steps}`;
    if (made?.key !== key) made = { key, schedule: schedules[schedule](rate, steps) };
    return made.schedule(step, ...more);
  };
}

export const loss = () => losses.crossEntropy();

/** What handwriting does by itself, as the command line's augmentation of that name. */
export const augmentation = () =>
  data.compose(data.randomAffine({ rotation: 10, scale: [0.9, 1.1], shear: 0.15, shift: 2 }));

/** As the command line notes it: it goes on with the same settings. */
export function notesOf(settings: Settings, dataName: string): Checkpoint["notes"] {
  const { net, seed, rate, momentum, optimizer, batch, epochs, schedule, augment } = settings;
  return {
    settings: {
      model: nameOf(net),
      data: dataName,
      epochs,
      batchSize: batch,
      optimizer,
      lr: rate,
      momentum,
      schedule,
      warmUp: 0,
      ...(augment ? { augment: "handwriting" } : {}),
      seed,
    },
    sentence: net,
  };
}

/** What a checkpoint says of its training, as far as it can be said here; otherwise why it cannot go on. */
export function settingsIn(checkpoint: Checkpoint): { settings: Settings; still?: string } {
  const { training, notes, model, data: trainedOn } = checkpoint;
  const noted = (notes?.settings ?? {}) as Readonly<Record<string, unknown>>;
  const sentence = sentenceOf(model as never);
  const optimizer = training?.optimizer;
  const options = (optimizer?.options ?? {}) as Readonly<Record<string, unknown>>;
  const numberOf = (...given: unknown[]) => given.find((value) => typeof value === "number") as number;
  const settings: Settings = {
    ...usual,
    net: sentence ?? "",
    data: dataNames.find((name) => name === trainedOn.name) ?? "mine",
    seed: training?.seed ?? 0,
    rate: numberOf(noted.lr, options.lr, usual.rate),
    momentum: numberOf(noted.momentum, options.momentum, 0),
    optimizer: optimizerNames.find((name) => name === optimizer?.name) ?? "sgd",
    batch: training?.batchSize ?? usual.batch,
    epochs: numberOf(noted.epochs, Math.max(1, training?.epoch ?? 1)),
    schedule: scheduleNames.find((name) => name === noted.schedule) ?? "constant",
    augment: noted.augment !== undefined && noted.augment !== false,
  };
  return { settings, still: whyStill(checkpoint, noted) };
}

/** Of other trainings the network can be read and looked into; to go on would be another training. */
function whyStill(
  { training, data: { name } }: Checkpoint,
  noted: Readonly<Record<string, unknown>>,
): string | undefined {
  if (!training) return "The file holds a network and no training that could go on.";
  if (name !== "digits" && name !== "mine")
    return `It was trained on ${name}, which is not here: the command line goes on with it.`;
  const { optimizer, objective } = training;
  if (!(optimizerNames as readonly string[]).includes(optimizer.name))
    return `It is trained by ${optimizer.name}: the command line goes on with it.`;
  if (objective !== undefined && !/classif/.test(objective))
    return `It is trained for ${objective}: the command line goes on with it.`;
  const others = ["weightDecay", "clipNorm", "labelSmoothing", "validation", "freeze", "limit", "patience"];
  const other = others.find((key) => noted[key] !== undefined && noted[key] !== 0);
  if (other)
    return `Its ${other} is ${noted[other]}, which is not offered here: the command line goes on with it.`;
  if (noted.warmUp !== undefined && noted.warmUp !== 0)
    return "It warms up, which is not offered here: the command line goes on with it.";
  if (noted.schedule === "plateau" || training.average || training.best)
    return "It waits for plateaus or keeps its best weights: the command line goes on with it.";
  if (typeof noted.augment === "string" && noted.augment !== "handwriting")
    return `It changes pictures by ${noted.augment}: the command line goes on with it.`;
  return undefined;
}
