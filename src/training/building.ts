import { DataError } from "../data/dataset.js";
import type { Field, Fields } from "../data/examples.js";
import { nearestName } from "../door/spelling.js";
import type { Shape } from "../tensor/shapes.js";
import type { Objective, Trainable } from "./objective.js";

/** What takes part in a training beside the network. */
interface Given {
  readonly name: string;
  readonly fields: Fields;
}

/**
 * Builds a network that is not built yet for the fields that an objective gives it.
 *
 * @throws DataError where the data set has no such field
 */
export function buildFor(
  speaker: string,
  model: Trainable,
  { name, inputs }: Objective,
  data: Given,
  { seed = 0 }: { seed?: number } = {},
): void {
  for (const input of inputs ?? []) fieldOf(speaker, { objective: name, data }, input);
  if (model.inputShape || !inputs) return;
  const shapes = inputs.map((input) => [input, exampleShape(data.fields[input])] as const);
  model.build(shapes.length === 1 ? shapes[0][1] : Object.fromEntries(shapes), { seed });
}

/** A shape that one example may have: of a ragged field the shortest that a batch is filled up to. */
export const exampleShape = ({ shape, multiple = 8 }: Field): Shape => shape.map((d) => d ?? multiple);

/** @throws DataError where there is none of that name */
function fieldOf(
  speaker: string,
  { objective, data }: { objective: string; data: Given },
  name: string,
): Field {
  const names = [
    ...Object.keys(data.fields),
    ...Object.values(data.fields).flatMap(({ mask }) => mask ?? []),
  ];
  if (names.includes(name)) return data.fields[name];
  const meant = nearestName(name, names);
  throw new DataError(
    `${speaker}: ${objective} reads the field ${name}, ${data.name} has ${names.join(", ")}${meant ? `; did you mean ${meant}?` : ""}`,
  );
}
