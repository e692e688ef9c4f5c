/** What the address of this room holds: the network, what it is trained on, and how. */
import { dataNames, lenet5, optimizerNames, type Settings, scheduleNames } from "../../network/settings.js";
import type { ValuesOf } from "../../state/address.js";
import { decimal, flag, oneOf, text, wholeNumber } from "../../state/keys.js";

export const tabs = ["run", "data", "network", "results"] as const;

export const trainKeys = {
  data: oneOf(dataNames, "digits"),
  net: text(lenet5, 600),
  opt: oneOf(optimizerNames, "sgd"),
  lr: decimal(0.05, 1e-6, 1000),
  mom: decimal(0.9, 0, 0.999),
  batch: wholeNumber(128, 1, 4096),
  epochs: wholeNumber(3, 1, 1000),
  sched: oneOf(scheduleNames, "constant"),
  aug: flag,
  seed: wholeNumber(1, 0, 999_999),
  /** A drawing as packed pixels; a test picture by its number where there is none. */
  draw: text("", 600),
  test: wholeNumber(47, 0, 1_000_000),
  /** On a phone. */
  tab: oneOf(tabs, "run"),
};

const { tab: _, ...runKeys } = trainKeys;

/** One step under the microscope: after how many steps, and which weight (`conv1.filters@3,2,1,4`, counted from 1). */
export const stepKeys = { ...runKeys, at: wholeNumber(37, 0, 1_000_000), w: text("", 80) };

/** Digits as they are, and with all pixels in one random order. */
export const shuffledKeys = {
  epochs: wholeNumber(3, 1, 20),
  seed: trainKeys.seed,
  /** Of which order is drawn. */
  order: trainKeys.seed,
};

export const graftKeys = {
  /** For each filter of the first layer a kernel by its name, or "-" for one that learns; six of them where it is empty. */
  k: text("", 200),
  epochs: shuffledKeys.epochs,
  seed: trainKeys.seed,
};

export type TrainValues = ValuesOf<typeof trainKeys>;

export const settingsOf = ({
  data,
  net,
  opt,
  lr,
  mom,
  batch,
  epochs,
  sched,
  aug,
  seed,
}: TrainValues): Settings => ({
  net,
  data,
  seed,
  rate: lr,
  momentum: mom,
  optimizer: opt,
  batch,
  epochs,
  schedule: sched,
  augment: aug,
});

export const valuesOf = (settings: Settings): Partial<TrainValues> => ({
  data: settings.data,
  net: settings.net,
  opt: settings.optimizer,
  lr: settings.rate,
  mom: settings.momentum,
  batch: settings.batch,
  epochs: settings.epochs,
  sched: settings.schedule,
  aug: settings.augment,
  seed: settings.seed,
});
