import { DataError } from "../data/dataset.js";
import type { Fields } from "../data/examples.js";
import { nearestName } from "../door/spelling.js";
import type { Shape } from "../tensor/shapes.js";
import type { Objective, Trainable } from "./objective.js";
import { asInput } from "./single-output.js";

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
  const known = exampleShapes(data.fields);
  const shapes = (inputs ?? []).map(
    (input) => [input, shapeOf(speaker, name, data.name, known, input)] as const,
  );
  if (model.inputShape || shapes.length === 0) return;
  model.build(shapes.length === 1 ? asInput(model, shapes[0][1]) : Object.fromEntries(shapes), { seed });
}

/** Ragged examples are taken for ones of at least this length: windows fit into them. */
const usualLength = 32;

/** The shapes that the fields of one example may have, those of masks among them. */
export function exampleShapes(fields: Fields): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const [name, { shape, multiple = 8, mask }] of Object.entries(fields)) {
    const length = Math.ceil(usualLength / multiple) * multiple;
    shapes.set(
      name,
      shape.map((extent) => extent ?? length),
    );
    if (mask !== undefined) shapes.set(mask, [length]);
  }
  return shapes;
}

/** @throws DataError where there is no field of that name */
function shapeOf(
  speaker: string,
  objective: string,
  data: string,
  shapes: ReadonlyMap<string, Shape>,
  name: string,
): Shape {
  const found = shapes.get(name);
  if (found) return found;
  const names = [...shapes.keys()];
  const meant = nearestName(name, names);
  throw new DataError(
    `${speaker}: ${objective} reads the field ${name}, ${data} has ${names.join(", ")}${meant ? `; did you mean ${meant}?` : ""}`,
  );
}
