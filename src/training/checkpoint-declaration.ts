/** What the metadata of a checkpoint must look like, each part declared once. */
import * as v from "valibot";
import { count, number, text, whole } from "../formats/declared.js";
import type { LayerDescription } from "../nn/index.js";
import * as layers from "../nn/layers.js";
import { extensions } from "../ops/extend.js";
import type { ShapeTree } from "../tensor/tree.js";

const truth = v.boolean("true or false");
const list = <S extends v.GenericSchema>(item: S, message = "a list") => v.array(item, message);
const oneOf = <const Names extends readonly string[]>(...names: Names) =>
  v.picklist(names, `one of ${names.join(", ")}`);

/** No window and no edge around a picture is larger; what follows from more cannot be counted any longer. */
const side = v.pipe(number, v.maxValue(2 ** 16, `a number of at most ${2 ** 16}`));
const pairMessage = "a number or two";
const pair = v.union([side, v.tuple([side, side], pairMessage)], pairMessage);
const two = v.tuple([side, side], "two numbers");
const known = v.picklist(["same", "valid"]);
const linePadding = v.union([known, side, two], '"same", "valid", a number or two');
const padding = v.union(
  [known, side, v.tuple([two, two])],
  '"same", "valid", a number, or two pairs of numbers',
);
const numbersMessage = "a number or a list of them";
const numbers = v.union([number, v.array(number)], numbersMessage);
const layer: v.GenericSchema<unknown, LayerDescription> = v.lazy(() => layerSchema);

/** The options of layers by their names, which mean the same in all of them. */
const options = {
  activation: v.optional(layer),
  affine: v.optional(truth),
  alignCorners: v.optional(truth),
  alpha: v.optional(number),
  amplitude: v.optional(number),
  approximate: v.optional(oneOf("none", "tanh")),
  beta: v.optional(number),
  bias: v.optional(truth),
  bytesOnly: v.optional(truth),
  ceil: v.optional(truth),
  centres: v.optional(list(list(number))),
  channels: v.optional(two),
  columns: v.optional(two),
  connections: v.optional(list(list(count))),
  deviation: v.optional(numbers),
  dilation: v.optional(pair),
  epsilon: v.optional(number),
  factor: v.optional(pair),
  filters: v.optional(whole(1)),
  groups: v.optional(whole(1)),
  k: v.optional(number),
  kernel: v.optional(pair),
  layers: v.optional(list(layer)),
  mean: v.optional(numbers),
  method: v.optional(oneOf("nearest", "bilinear")),
  mode: v.optional(oneOf("constant", ...extensions)),
  momentum: v.optional(number),
  multiplier: v.optional(whole(1)),
  offset: v.optional(number),
  outputPadding: v.optional(pair),
  outputs: v.optional(oneOf("all", "last")),
  over: v.optional(oneOf("channels", "example")),
  padding: v.optional(padding),
  pieces: v.optional(whole(1)),
  rate: v.optional(number),
  rows: v.optional(two),
  scale: v.optional(number),
  shape: v.optional(list(count)),
  shared: v.optional(truth),
  shortcut: v.optional(list(layer)),
  size: v.optional(pair),
  slope: v.optional(number),
  stride: v.optional(pair),
  trained: v.optional(truth),
  units: v.optional(whole(1)),
  value: v.optional(number),
  weight: v.optional(number),
  words: v.optional(whole(1)),
};

/** What a layer of a kind cannot do without. */
const required: { readonly [type: string]: readonly (keyof typeof options)[] } = {
  adaptiveAvgPool2d: ["size"],
  auxiliary: ["layers"],
  avgPool2d: ["size"],
  branches: ["layers"],
  conv1d: ["filters", "kernel"],
  conv2d: ["filters", "kernel"],
  conv2dTranspose: ["filters", "kernel"],
  dense: ["units"],
  denseBlock: ["layers"],
  depthwiseConv2d: ["kernel"],
  dropout: ["rate"],
  embedding: ["words", "size"],
  groupNorm: ["groups"],
  gru: ["units"],
  lstm: ["units"],
  maxout: ["pieces"],
  maxPool2d: ["size"],
  partialConv2d: ["connections", "kernel"],
  rbf: ["centres"],
  residual: ["layers"],
  sequential: ["layers"],
  spatialDropout: ["rate"],
  subsampling2d: ["size"],
  unflatten: ["shape"],
};

const object = "an object";

/** Layers of a type of the user's own have options of their own, whatever these are called. */
const isOwnType = (type: string) => !Object.hasOwn(layers, type);

const ownType = v.looseObject(
  { type: v.pipe(text, v.check(isOwnType)), name: text, options: v.looseObject({}, object) },
  object,
);

const layerSchema: v.GenericSchema<unknown, LayerDescription> = v.variant(
  "type",
  [
    ...Object.keys(layers).map((type) =>
      v.looseObject(
        {
          type: v.literal(type),
          name: text,
          options: v.looseObject(
            {
              ...options,
              ...(type === "conv1d" && { padding: v.optional(linePadding) }),
              ...Object.fromEntries((required[type] ?? []).map((name) => [name, v.unwrap(options[name])])),
            },
            object,
          ),
        },
        object,
      ),
    ),
    ownType,
  ],
  object,
);

/** What a node takes: a name, or lists and records of names. */
const from: v.GenericSchema = v.lazy(() =>
  v.union([text, v.array(from), v.record(v.string(), from)], "names"),
);
const names = v.union([text, v.array(text)], "a name or a list of them");

const model = v.variant(
  "type",
  [
    v.looseObject(
      {
        type: v.literal("sequential", '"sequential"'),
        name: text,
        options: v.looseObject({ layers: list(layer) }, object),
      },
      object,
    ),
    v.looseObject(
      {
        type: v.literal("graph"),
        name: text,
        options: v.looseObject(
          {
            inputs: names,
            nodes: list(
              v.looseObject(
                { name: text, layer: v.union([text, layer], "a layer, or the name of a node"), from },
                object,
              ),
            ),
            outputs: v.union([names, v.record(v.string(), text)], "names of nodes"),
          },
          object,
        ),
      },
      object,
    ),
    ownType,
  ],
  object,
);

/** Far larger than any picture, and small enough to hold. */
const mostInputs = 2 ** 28;
const inputMessage = `[height, width, channels] of at most ${mostInputs} numbers together`;
const input = v.pipe(
  v.tuple([whole(1), whole(1), whole(1)], inputMessage),
  v.check(([h, w, c]) => h * w * c <= mostInputs, inputMessage),
);

/** In the place of `input` where an example is no picture. */
const exampleMessage = `one to eight extents of at most ${mostInputs} numbers together, or several by name`;
const extents = v.pipe(
  v.array(whole(1), exampleMessage),
  v.check((shape) => shape.length >= 1 && shape.length <= 8, exampleMessage),
  v.check((shape) => shape.reduce((a, b) => a * b, 1) <= mostInputs, exampleMessage),
);
const example: v.GenericSchema<unknown, ShapeTree> = v.lazy(() =>
  v.union([extents, v.array(example), v.record(v.string(), example)], exampleMessage),
);

const data = v.looseObject({ name: text, classes: list(text) }, object);
const optimizer = v.looseObject({ name: text, options: v.looseObject({}, object) }, object);
/** JSON has no NaN and nothing infinite: these are written as texts. */
const anyNumber = v.custom<number>(
  (value) => Number.isFinite(value) || ["NaN", "Infinity", "-Infinity"].includes(value as string),
  "a number",
);
const named = v.record(v.string(), anyNumber, object);
const measured = {
  loss: anyNumber,
  losses: v.optional(named),
  accuracy: v.optional(number),
  scores: v.optional(named),
};

const training = v.looseObject(
  {
    seed: number,
    batchSize: whole(1),
    images: whole(1),
    epoch: count,
    step: count,
    totalSteps: count,
    examples: v.optional(count),
    totalExamples: v.optional(count),
    optimizer,
    objective: v.optional(text),
    sums: named,
    best: v.optional(v.looseObject({ epoch: count, ...measured }, object)),
    patience: v.looseObject({ lowest: v.nullable(number), waited: count }, object),
    seconds: number,
    shown: count,
    epochs: list(
      v.looseObject(
        {
          epoch: count,
          ...measured,
          validation: v.optional(v.looseObject(measured, object)),
        },
        object,
      ),
    ),
  },
  object,
);

const notes = v.looseObject({}, object);

/** By their names in the metadata, of which each is a JSON text. */
export const parts = { model, input, example, data, training, notes };
