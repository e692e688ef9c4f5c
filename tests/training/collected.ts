import type { FitEvent } from "../../src/training/fit.js";
import type { Trainable } from "../../src/training/objective.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";

/** All that a training tells. */
export async function collect(events: AsyncIterable<FitEvent>): Promise<FitEvent[]> {
  const list: FitEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

/** Every number of a network, by path. */
export const weightsOf = async (model: Trainable): Promise<(string | number)[][]> =>
  [...(await copyOf(variablesOf(model)))].map(([path, { data }]) => [path, ...data]);
