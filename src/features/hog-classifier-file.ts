import * as v from "valibot";
import { declared, number, sentence, text, whole } from "../formats/declared.js";
import { parseJson } from "../formats/json.js";
import { refusal } from "../formats/refusal.js";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.js";
import { show } from "../tensor/shapes.js";
import { hogGrid } from "./hog.js";
import type { HogClassifier } from "./hog-classifier.js";
import { FeatureError } from "./raster.js";

const kind = "receptive hog classifier";

/** A classifier as a safetensors file: weights, bias, and in the metadata what they belong to. */
export function encodeHogClassifier({ input, classes, hog, linear }: HogClassifier): Uint8Array<ArrayBuffer> {
  const arrays = new Map([
    ["weights", { shape: [linear.length, linear.classes], data: linear.weights }],
    ["bias", { shape: [linear.classes], data: linear.bias }],
  ]);
  return encodeSafetensors(arrays, { kind, settings: JSON.stringify({ input, classes, hog }) });
}

const sides = "[height, width, channels] of at most 4096 pixels each";
const side = v.pipe(whole(1), v.maxValue(4096, sides));
const truth = v.boolean("true or false");
const oneOf = <const Names extends readonly string[]>(...names: Names) =>
  v.picklist(names, `one of ${names.join(", ")}`);

/** What the metadata says of a classifier. */
const settingsSchema = v.looseObject(
  {
    input: v.tuple([side, side, side], sides),
    classes: v.pipe(v.array(text, "a list of names"), v.minLength(1, "a list of names")),
    hog: v.looseObject(
      {
        bins: v.optional(whole(1)),
        cell: v.optional(whole(1)),
        block: v.optional(whole(1)),
        blockStride: v.optional(whole(1)),
        norm: v.optional(oneOf("l2Hys", "l2", "l1", "l1Sqrt")),
        clip: v.optional(number),
        signed: v.optional(truth),
        votes: v.optional(oneOf("nearest", "shared")),
        squareRoot: v.optional(truth),
      },
      "an object",
    ),
  },
  "an object",
);

/**
 * A classifier from the bytes of its file.
 *
 * @throws SafetensorsError if the bytes are no safetensors file; FeatureError if it holds something else, or is damaged:
 *     one line that names the file
 */
export function decodeHogClassifier(bytes: Uint8Array, fileName: string): HogClassifier {
  const { tensors, metadata } = decodeSafetensors(bytes, fileName);
  const fail = refusal(FeatureError, fileName);
  const damaged = (what: string): never => fail(`the classifier is damaged: ${what}`);
  const [weights, bias] = [tensors.get("weights"), tensors.get("bias")];
  if (metadata.kind !== kind || !weights || !bias)
    return fail("holds no classifier of HOG features; `receptive features train` makes one");
  if (metadata.settings === undefined) return damaged("settings is missing");
  const settings = declared(settingsSchema, parseJson(metadata.settings, "settings", damaged), (fault) =>
    damaged(sentence("settings", fault)),
  );
  const { classes } = settings;
  const length = lengthOf(settings, damaged);
  const expected = { weights: [length, classes.length], bias: [classes.length] };
  for (const [name, { shape, dtype, data }] of Object.entries({ weights, bias }))
    if (show(shape) !== show(expected[name as keyof typeof expected]) || !(data instanceof Float32Array))
      return damaged(
        `${name} is ${show(shape)} ${dtype}, expected ${show(expected[name as keyof typeof expected])} floats for its settings`,
      );
  const linear = {
    ...{ length, classes: classes.length },
    weights: weights.data as Float32Array,
    bias: bias.data as Float32Array,
  };
  return { ...settings, linear };
}

/** Numbers of the HOG that it takes, if there is such a one. */
function lengthOf({ input, hog }: Omit<HogClassifier, "linear">, damaged: (what: string) => never): number {
  try {
    const { blockRows, blockColumns, blockLength } = hogGrid({ height: input[0], width: input[1] }, hog);
    return blockRows * blockColumns * blockLength;
  } catch (error) {
    return damaged((error as FeatureError).message);
  }
}
