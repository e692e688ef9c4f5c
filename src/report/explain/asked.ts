/** What `receptive explain` is asked, and how that is said to the library. */

import type { AnyDataset } from "../../data/dataset.js";
import { UsageError } from "../../door/usage-error.js";
import * as explain from "../../explain/index.js";
import { percent, significant } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import type { Network } from "../../openers/network.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { ContactSheet } from "../pictures/contact-sheet.js";
import { writableNames } from "../sheet/characters.js";

/** What a method is asked. Classes and units count from 0, as in the library. */
export interface Asked {
  network: Network;
  /** Names of picture files, the pictures as the network takes them, and the same as one batch. */
  files: readonly string[];
  pictures: readonly Picture[];
  images: Tensor;
  classes?: number[];
  layer?: string;
  unit?: number[];
  data?: string;
  /** Those of a data set, by its name, that were kept apart for tests; of a folder as the network takes them. */
  testPictures: (data: string) => Promise<AnyDataset>;
  top: number;
  scale: "layer" | "map";
  regularisation: keyof typeof explain.regularisations;
  steps?: number;
  size?: number;
  stride?: number;
  seed: number;
  /** All that was chosen, by the methods' words for it. */
  chosen: { readonly [flag: string]: unknown };
  running: explain.Stepwise;
}

/** What a method says: a sheet for people, for programs its facts and its numbers. */
export interface Answer {
  sheet: ContactSheet;
  facts: object;
  map?: Tensor;
}

export const classNames =
  ({ network: { classes } }: Pick<Asked, "network">) =>
  (k: number): string =>
    classes[k]?.split(",")[0] ?? `class ${k}`;

/** The same as the fonts of a sheet can write them. */
export function writtenNames({ network: { classes } }: Pick<Asked, "network">): (k: number) => string {
  const names = writableNames(classes.map((name) => name.split(",")[0]));
  return (k) => names[k] ?? `class ${k}`;
}

/** A unit of a layer as people call it: of the layer of classes the class, else its number. */
export function unitNames(asked: Pick<Asked, "network">, layer: string): (k: number) => string {
  const nameOf = writtenNames(asked);
  return explain.classLayers(asked.network.model).includes(layer) ? nameOf : (k) => `unit ${k}`;
}

/** For methods that have no answer before they are through. */
export const uninterrupted = ({ signal, onProgress }: explain.Stepwise): explain.Running => ({
  signal,
  onProgress,
});

export const aimedAtClass = ({ classes, running }: Asked): explain.Aimed => ({
  ...uninterrupted(running),
  ...(classes === undefined ? {} : { target: forEach(classes) }),
});

/** The class, or the unit of the layer, that is to be explained; of a layer its strongest unit in each picture. */
export async function aimed(asked: Asked): Promise<explain.Aimed> {
  const { network, images, layer, unit, classes, running } = asked;
  if (layer === undefined) {
    if (unit !== undefined) throw new UsageError("--unit is one of a layer: name it with --layer");
    return aimedAtClass(asked);
  }
  if (classes !== undefined)
    throw new UsageError("--class and --layer are given: what is explained is a class, or a unit of a layer");
  const strongest = async () =>
    (await explain.strongestUnits(network.model, images, { layer, count: 1 })).map(([k = 0]) => k);
  return { ...uninterrupted(running), target: { layer, unit: unit ? forEach(unit) : await strongest() } };
}

/** One for all pictures, or one for each. */
const forEach = (given: number[]): number | number[] => (given.length === 1 ? given[0] : given);

/** What is explained in each picture, as words and as facts. */
export interface Subject {
  /** "tabby", "unit 3 of conv2" */
  readonly name: string;
  /** "tabby (93.1 %)", "unit 3 of conv2 (activation 4.21)" */
  readonly words: string;
  readonly facts: object;
}

export async function subjectsOf(asked: Asked, { target }: explain.Aimed): Promise<Subject[]> {
  const found = await explain.answers(asked.network.model, asked.images, { target });
  const layer = typeof target === "object" && "layer" in target ? target.layer : undefined;
  return found.units.map((k, i): Subject => {
    const score = found.scores[i];
    if (layer !== undefined) {
      const called = unitNames(asked, layer)(k);
      const name = called.startsWith("unit ") ? `${called} of ${layer}` : called;
      return {
        name,
        words: `${name} (activation ${significant(score)})`,
        facts: { image: asked.files[i], layer, unit: k, activation: score },
      };
    }
    const name = classNames(asked)(k);
    const written = writtenNames(asked)(k);
    const probability = found.probabilities![i];
    return {
      name: written,
      words: `${written} (${percent(probability)})`,
      facts: { image: asked.files[i], class: name, index: k, score, probability },
    };
  });
}

/** "tabby in cat.jpg"; of several pictures their number. */
export const about = (asked: Asked, subjects: readonly { name: string }[]): string =>
  subjects.length === 1 ? `${subjects[0].name} in ${asked.files[0]}` : `${subjects.length} pictures`;

export const dataOf = ({ data, network }: Asked): string => {
  const name = data ?? network.data;
  if (name === undefined) throw new UsageError("explain: which data set? Name one with --data");
  return name;
};

/** The layer that was named, or the last maps before they are pooled. */
export const layerOf = ({ layer, network: { model } }: Asked, method: string): string =>
  layer ?? explain.lastMaps(model, { speaker: method });

export const classCount = ({ model }: Network): number =>
  explain.unitCount(model, explain.classLayers(model)[0]);
