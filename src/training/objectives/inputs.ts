/** What a network is given of a batch, and with what its answer is compared. */
import { DataError } from "../../data/dataset.js";
import type { Fields } from "../../data/examples.js";
import { nearestName } from "../../door/spelling.js";
import type { Mode } from "../../nn/index.js";
import { mul } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { BatchTensors, Trainable } from "../objective.js";
import { pixelsFor } from "../pixels.js";
import { asInput, onlyOutput } from "../single-output.js";

/** A batch as a network sees it: one tensor, or several by the names of their fields. */
export function inputOf(
  model: Trainable,
  batch: BatchTensors,
  names: readonly string[],
  fields: Fields,
): Tensor | { [field: string]: Tensor } {
  const one = (name: string) => (fields[name]?.pixels ? pixelsFor(model, batch[name], name) : batch[name]);
  return names.length === 1
    ? asInput(model, one(names[0]))
    : Object.fromEntries(names.map((name) => [name, one(name)]));
}

/** What the network makes of it. */
export function outputOf(
  model: Trainable,
  batch: BatchTensors,
  { inputs, fields, mode }: { inputs: readonly string[]; fields: Fields; mode?: Mode },
): Tensor {
  return onlyOutput(model, model(inputOf(model, batch, inputs, fields), mode));
}

/** @throws DataError where the examples have no such field */
export function fieldOf(objective: string, batch: BatchTensors, name: string): Tensor {
  if (Object.hasOwn(batch, name)) return batch[name];
  const names = Object.keys(batch);
  const meant = nearestName(name, names);
  throw new DataError(
    `${objective} reads the field ${name}, there are ${names.join(", ")}${meant ? `; did you mean ${meant}?` : ""}`,
  );
}

/**
 * A target as losses take it: of pixels their share of white.
 * @throws DataError where the examples have no such field
 * @throws TypeError where the pictures were mixed with others, and the target was not
 */
export function targetOf(objective: string, batch: BatchTensors, name: string, fields: Fields): Tensor {
  const target = fieldOf(objective, batch, name);
  if (fields[name]?.pixels) return mul(cast(target, "f32"), 1 / 255);
  if (batch.share && batch.others)
    throw new TypeError(`mixup is for classification: of mixed pictures ${name} is no longer the target`);
  return target;
}
