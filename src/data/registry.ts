import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { text } from "../door/rules.js";
import { type CifarEntry, cifar10Entry, cifar100Entry } from "./cifar.js";
import { DataError, type Splits } from "./dataset.js";
import { digits, digitsSizes } from "./digits.js";
import { fashionMnistEntry, fashionMnistRemappedEntry } from "./fashion-mnist.js";
import type { IdxEntry } from "./idx-dataset.js";
import { loading } from "./loading.js";
import { mnistEntry } from "./mnist.js";
import type { LoadOptions, Source } from "./places.js";

/** What `data list` shows of a data set, and how to get it. */
export interface Registered {
  description: string;
  shape: readonly [h: number, w: number, c: number];
  classes: readonly string[];
  sizes: { train: number; test: number };
  /** Looks where it may lie, and downloads it where it is not there yet. */
  load(options?: LoadOptions): Promise<Splits>;
  /** Where `load` would take it from, without loading anything. */
  source(options?: { directory?: string }): Promise<Source>;
}

// What reads files is loaded with the first of them.
const idx = () => import("./idx-dataset.js");
const cifar = () => import("./cifar-files.js");

const fromIdx = (entry: IdxEntry): Registered => ({
  ...entry,
  load: async (options) => (await idx()).loadIdxDataset(entry, options),
  source: async (options) => (await idx()).sourceOf(entry, options),
});

const fromCifar = (entry: CifarEntry): Registered => ({
  ...entry,
  shape: [32, 32, 3],
  load: async (options) => (await cifar()).loadCifar(entry, options),
  source: async (options) => (await cifar()).cifarSource(entry, options),
});

/** Every data set by name. */
export const datasets: { readonly [name: string]: Registered } = {
  mnist: fromIdx(mnistEntry),
  "fashion-mnist": fromIdx(fashionMnistEntry),
  "fashion-mnist-remapped": fromIdx(fashionMnistRemappedEntry),
  cifar10: fromCifar(cifar10Entry),
  cifar100: fromCifar(cifar100Entry),
  digits: {
    description: "handwriting-like digits, drawn by code",
    shape: [28, 28, 1],
    classes: [..."0123456789"],
    sizes: digitsSizes,
    load(options = {}) {
      optionsOf("digits", options, loading);
      return digits();
    },
    source: async () => ({ kind: "embedded" }),
  },
};

/** A data set by its name. */
export function loadDataset(name: string, options?: LoadOptions): Promise<Splits> {
  return registered(name).load(options);
}

/**
 * The data set of this name.
 *
 * @throws DataError if there is none
 */
export function registered(name: string): Registered {
  checkArgument("data", "the name", name, text);
  if (!Object.hasOwn(datasets, name))
    throw new DataError(`there is no data set "${name}"; there are ${Object.keys(datasets).join(", ")}`);
  return datasets[name];
}

/** "embedded", "found in /data/mnist", "would be downloaded (12 MB)" */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "embedded":
      return "embedded";
    case "found":
      return `found in ${source.directories.join(" and ")}`;
    case "download":
      return `would be downloaded (${Math.max(1, Math.round(source.bytes / 1e6))} MB)`;
    case "missing":
      return "not found, and on no server";
  }
}
