/** What a training run is made of, as options give it and as a checkpoint keeps it. */
import * as v from "valibot";
import { batchCount } from "../data/batches.js";
import type { AnyDataset } from "../data/dataset.js";
import { UsageError } from "../door/usage-error.js";
import { count, declared, number, sentence, text, whole } from "../formats/declared.js";
import { crossEntropy } from "../losses/index.js";
import { objectiveOf, registered, registry } from "../models/index.js";
import * as optim from "../optim/index.js";
import { type Checkpoint, fileOf } from "../training/checkpoint.js";
import type { FitOptions } from "../training/fit.js";
import { WeightsError } from "../training/weights-checks.js";
import { augmentationNames, augmentOf } from "./augmentations.js";
import { trainedBeside } from "./frozen.js";

export interface Settings {
  model: string;
  data: string;
  epochs: number;
  batchSize: number;
  optimizer: keyof typeof optimizerMakers;
  lr?: number;
  momentum: number;
  weightDecay?: number;
  clipNorm?: number;
  labelSmoothing?: number;
  schedule: keyof typeof scheduleMakers;
  warmUp: number;
  /** Names of augmentations, with commas between them; true leaves the choice to the data. */
  augment?: boolean | string;
  validation?: number;
  keepBest?: boolean;
  dropLast?: boolean;
  patience?: number;
  seed: number;
  limit?: number;
  /** Which weights stay as they are: patterns over their paths, with commas between them. */
  freeze?: string;
  /** With which weights it began. */
  weights?: string;
  /** Of a folder: pictures that cannot be read are left out. */
  skipBad?: boolean;
  colours?: "srgb" | "as-stored";
}

const names = {
  model: true,
  data: true,
  epochs: true,
  batchSize: true,
  optimizer: true,
  lr: true,
  momentum: true,
  weightDecay: true,
  clipNorm: true,
  labelSmoothing: true,
  schedule: true,
  warmUp: true,
  augment: true,
  validation: true,
  keepBest: true,
  dropLast: true,
  patience: true,
  seed: true,
  limit: true,
  freeze: true,
  weights: true,
  skipBad: true,
  colours: true,
} satisfies { [name in keyof Settings]-?: true };

/** The settings among the options of a command. */
export function settingsAmong(
  options: Partial<Settings>,
  isWanted: (name: string) => boolean,
): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(names, name) && isWanted(name)),
  );
}

/** What an optimizer is made from. */
export type Choice = Pick<Settings, "optimizer" | "lr" | "momentum" | "weightDecay" | "clipNorm">;

const optimizerMakers = {
  sgd: ({ lr = 0.05, momentum, weightDecay }: Choice) => optim.sgd({ lr, momentum, weightDecay }),
  adam: ({ lr = 0.001, weightDecay }: Choice) => optim.adam({ lr, weightDecay }),
  adamW: ({ lr = 0.001, weightDecay }: Choice) => optim.adamW({ lr, weightDecay }),
  adagrad: ({ lr = 0.01, weightDecay }: Choice) => optim.adagrad({ lr, weightDecay }),
  rmsprop: ({ lr = 0.001, momentum, weightDecay }: Choice) => optim.rmsprop({ lr, momentum, weightDecay }),
  adadelta: ({ lr = 1, weightDecay }: Choice) => optim.adadelta({ lr, weightDecay }),
};

/** Of a run of so many steps, after warming up. */
const scheduleMakers = {
  constant: (lr: number) => optim.constant(lr),
  // A tenth after half of the run, a hundredth after three quarters, as for the ResNets on CIFAR-10.
  step: (lr: number, steps: number) => (step: number) =>
    lr * (step < steps / 2 ? 1 : step < (3 * steps) / 4 ? 0.1 : 0.01),
  cosine: (lr: number, steps: number) => optim.cosine({ lr, steps }),
  "one-cycle": (lr: number, steps: number) => optim.oneCycle({ lr, steps }),
  // A tenth after three epochs without a lower loss.
  plateau: (lr: number) => optim.plateau({ lr, patience: 2 }),
};

export function optimizerOf(choice: Choice): optim.Optimizer {
  const optimizer = optimizerMakers[choice.optimizer](choice);
  return choice.clipNorm === undefined ? optimizer : optim.clipNorm(optimizer, { norm: choice.clipNorm });
}

/** That of a model for which none was chosen. */
export const usualOptimizer = (model: string): Settings["optimizer"] => registered(model).optimizer ?? "sgd";

/** @throws UsageError where --momentum was given for an optimizer that has none */
export function refuseMomentum(optimizer: Settings["optimizer"], isGiven: boolean): void {
  if (isGiven && optimizer !== "sgd" && optimizer !== "rmsprop")
    throw new UsageError(`--momentum does nothing with ${optimizer}; sgd and rmsprop have it`);
}

export const optimizers = Object.keys(optimizerMakers);
export const schedules = Object.keys(scheduleMakers);

const [aText, aNumber, aCount] = [v.optional(text), v.optional(number), v.optional(count)];
const atLeastOne = v.optional(whole(1));
const aShare = "a number from 0 to below 1";
const namesMessage = "names of augmentations, true or false";
const augmentationList = v.pipe(
  v.string(),
  v.check((list) => list.split(",").every((name) => augmentationNames.includes(name)), namesMessage),
);
const oneOf = (known: readonly string[]) => v.optional(v.picklist(known, `one of ${known.join(", ")}`));

/** The settings that a checkpoint keeps; models, data sets and augmentations are looked up by those who take them. */
const notedSettings = v.looseObject(
  {
    ...{ model: aText, data: aText, optimizer: oneOf(optimizers), schedule: oneOf(schedules) },
    ...{ freeze: aText, weights: aText },
    ...{ epochs: atLeastOne, batchSize: atLeastOne, patience: atLeastOne, limit: atLeastOne },
    ...{ warmUp: aCount, seed: aNumber },
    ...{ lr: aNumber, momentum: aNumber, weightDecay: aNumber, clipNorm: aNumber, labelSmoothing: aNumber },
    validation: v.optional(v.pipe(number, v.minValue(0, aShare), v.ltValue(1, aShare))),
    keepBest: v.optional(v.boolean("true or false")),
    dropLast: v.optional(v.boolean("true or false")),
    augment: v.optional(v.union([v.boolean(), augmentationList], namesMessage)),
  },
  "an object",
);

/**
 * A checkpoint that the library has written knows less than one of the command line.
 * @throws WeightsError  one line: of its settings, which is none
 */
export function settingsOf(checkpoint: Checkpoint): Partial<Settings> {
  const { notes, training, data, model } = checkpoint;
  if (notes?.settings === undefined)
    return { model: model.name, data: data.name, seed: training?.seed, batchSize: training?.batchSize };
  const damaged = (what: string): never => {
    throw new WeightsError(`${fileOf(checkpoint) ?? "the checkpoint"}: the checkpoint is damaged: ${what}`);
  };
  const settings = declared(notedSettings, notes.settings, (fault) =>
    damaged(sentence("notes.settings", fault)),
  ) as Partial<Settings>;
  try {
    optimizerOf({ optimizer: "sgd", momentum: 0, ...settings });
  } catch (error) {
    damaged(`its optimizer cannot be made: ${(error as Error).message}`);
  }
  return settings;
}

export function fitOptionsOf(settings: Settings, train: AnyDataset): FitOptions {
  const { epochs, batchSize, seed, validation = 0, keepBest, dropLast, patience, augment, warmUp } = settings;
  if (settings.labelSmoothing !== undefined && registry[settings.model]?.loss)
    throw new UsageError(
      `--label-smoothing is for cross entropy, and ${settings.model} is trained by a loss of its own`,
    );
  const optimizer = optimizerOf(settings);
  const images = train.length - Math.round(train.length * validation);
  const steps = epochs * batchCount(images, { batchSize, dropLast });
  const schedule = scheduleMakers[settings.schedule](optimizer.lr, Math.max(1, steps - warmUp));
  return {
    ...objectiveOf(settings.model, () => crossEntropy({ smoothing: settings.labelSmoothing })),
    optimizer,
    schedule: warmUp > 0 ? optim.warmUp(schedule, { steps: warmUp }) : schedule,
    epochs,
    batchSize,
    seed,
    ...(validation > 0 ? { validation } : {}),
    ...(patience === undefined ? {} : { earlyStopping: { patience } }),
    keepBest,
    dropLast,
    ...(settings.freeze === undefined ? {} : { trained: trainedBeside(settings.freeze) }),
    ...augmentOf(augment, train),
  };
}
