/** What a method that explains is, as data: the command line, the studio, the gallery and the tests read it. */

import type { AnyDataset } from "../data/dataset.js";
import { fromOneOn, oneOf, type Rule, text, wholeNumber, wholeOfAtLeast } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { aUnit } from "./rules.js";

/** What people choose of a method. */
export interface MethodOption {
  /** The word for it, the same for the same thing in all methods: `--steps`, `layer`. */
  readonly flag: string;
  /** What the function of the library calls it, if not so: SmoothGrad's steps are its `copies`. */
  readonly name: string;
  /** What is typed: a name, a whole number, whole numbers with commas between them, or one of `choices`. */
  readonly kind: "name" | "whole" | "list" | "choice";
  readonly rule: Rule;
  readonly choices?: readonly string[];
  /** What holds where it is left out: the value, or in words what is found then. */
  readonly usual: number | string;
  /** Of the number: `pixels`. */
  readonly unit?: string;
  readonly help: string;
}

/** What comes back, and so how it is drawn. */
export type MethodAnswer =
  /** N×H×W, or N×H×W×C, of each picture: from 0 on, or of both signs. */
  | { readonly kind: "heat map"; readonly sign: "none" | "both"; readonly unit: string }
  /** A picture for each filter, map, unit, class, or for each example that drives one. */
  | { readonly kind: "pictures" }
  /** Numbers by row and column. */
  | { readonly kind: "table" };

/** What a method looks at. */
export interface MethodSubject {
  /** N×H×W×C, of those that explain pictures. */
  readonly images?: Tensor;
  /** Of those that walk through a data set. */
  readonly data?: AnyDataset;
}

/** A method that explains, with what a person and a program have to know of it. */
export interface Method<R = unknown> {
  /** As addresses and commands have it: `grad-cam`. */
  readonly name: string;
  /** `Grad-CAM` */
  readonly title: string;
  /** What the answer shows. */
  readonly description: string;
  /** What it answers. */
  readonly question: string;
  /** What must not be read out of it, in one sentence. */
  readonly cannotSay: string;
  /** What it takes beside the network: pictures, nothing, or a data set. */
  readonly about: "pictures" | "network" | "data";
  /** Which networks it takes; of several inputs by `explain.view`. */
  readonly networks:
    | "that take pictures"
    | "with convolutions"
    | "that tell classes"
    | "with maps before the answer";
  readonly answer: MethodAnswer;
  readonly options: readonly MethodOption[];
  /** Goes step by step: what there is when it is stopped is worth showing. */
  readonly isStepwise?: boolean;
  /** With options by the library's names. */
  readonly run: (
    network: Model,
    subject: MethodSubject,
    options: { readonly [name: string]: unknown },
  ) => Promise<R>;
}

/** A method whose answer is a map over each picture. */
export interface HeatMapMethod extends Method<Tensor> {
  readonly about: "pictures";
  readonly answer: Extract<MethodAnswer, { kind: "heat map" }>;
  /** What pictures are compared with, of methods that compare. */
  readonly baseline?: (network: Model) => Promise<string>;
  /** Whether `layer` says whose maps are looked at, and not whose unit is explained. */
  readonly looksAtMaps?: boolean;
}

type Described = Pick<Method, "name" | "title" | "description" | "question" | "cannotSay">;

/** A method that explains a decision: each a function of network, pictures, and what is aimed at. */
export function heatMap(
  given: Described & {
    sign: "none" | "both";
    unit: string;
    options?: readonly MethodOption[];
    networks?: Method["networks"];
    baseline?: HeatMapMethod["baseline"];
    looksAtMaps?: boolean;
    run: (network: Model, images: Tensor, options: object) => Promise<Tensor>;
  },
): HeatMapMethod {
  const { sign, unit, options = [], networks = "that take pictures", run, ...described } = given;
  const aim = given.looksAtMaps ? [mapsOption, classOption] : [layerOption, unitOption, classOption];
  return {
    ...described,
    about: "pictures",
    networks,
    answer: { kind: "heat map", sign, unit },
    options: [...aim, ...options],
    run: (network, { images }, chosen) => run(network, images!, chosen),
  };
}

/** The options by the library's names, of those that a method has. */
export function namedOptions(
  { options }: Method,
  chosen: { readonly [flag: string]: unknown },
): { [name: string]: unknown } {
  return Object.fromEntries(
    options.filter(({ flag }) => chosen[flag] !== undefined).map(({ flag, name }) => [name, chosen[flag]]),
  );
}

export const layerOption: MethodOption = {
  flag: "layer",
  name: "layer",
  kind: "name",
  rule: text,
  usual: "the network's answer",
  help: "the layer whose unit is explained, in place of a class",
};

export const mapsOption: MethodOption = {
  flag: "layer",
  name: "layer",
  kind: "name",
  rule: text,
  usual: "the last maps before they are pooled",
  help: "the layer to look at",
};

export const unitOption: MethodOption = {
  flag: "unit",
  name: "unit",
  kind: "list",
  rule: aUnit,
  usual: "the strongest, or all",
  help: "units of the layer, counted from 0, such as 3 or 0,4,17",
};

export const classOption: MethodOption = {
  flag: "class",
  name: "target",
  kind: "list",
  rule: aUnit,
  usual: "the one that is read",
  help: "the class to explain, counted from 0, or one for each picture",
};

/** The classes that pictures are made for. */
export const classesOption: MethodOption = {
  flag: "class",
  name: "classes",
  kind: "list",
  rule: aUnit,
  usual: "all, or the first ten",
  help: "classes to make pictures of, counted from 0",
};

export const seedOption: MethodOption = {
  flag: "seed",
  name: "seed",
  kind: "whole",
  rule: wholeNumber,
  usual: 0,
  help: "everything random follows from it",
};

/** A whole number from 1 on. */
export const amount = (
  flag: string,
  given: { name?: string; usual: number | string; unit?: string; help: string; least?: number },
): MethodOption => {
  const { name = flag, least = 1, ...others } = given;
  return { flag, name, kind: "whole", rule: least === 1 ? fromOneOn : wholeOfAtLeast(least), ...others };
};

/** One of several words. */
export const choice = (
  flag: string,
  { choices, usual, help }: { choices: readonly string[]; usual: string; help: string },
): MethodOption => ({ flag, name: flag, kind: "choice", rule: oneOf(...choices), choices, usual, help });
