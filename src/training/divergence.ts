/** Why a loss is no number, where the examples themselves make it so. */
import type { ExampleBatch } from "../data/example-batches.js";
import type { Cost } from "./objective.js";

/**
 * What in a batch makes its loss NaN or infinite, whatever the learning rate: numbers that are none, and classes that the
 * network does not tell apart. Undefined where nothing is wrong with it.
 */
export function causeOf(
  { fields, places, size }: ExampleBatch,
  model: string,
  classes: Cost["classes"] = {},
): string | undefined {
  for (const [name, { own }] of Object.entries(fields)) {
    if (!own) continue;
    const exampleOf = (at: number): string =>
      `in example ${places[Math.floor(at / (own.length / size))]} (counted from 0)`;
    const notFinite = own.findIndex((value) => !Number.isFinite(value));
    if (notFinite >= 0) return `${name} is ${own[notFinite]} ${exampleOf(notFinite)}`;
    if (!Object.hasOwn(classes, name)) continue;
    const { count, ignore } = classes[name];
    const beyond = own.findIndex((label) => label !== ignore && !(label >= 0 && label < count));
    if (beyond < 0) continue;
    const none = ignore === undefined ? "" : `, or ${ignore} for none`;
    return `${name} is ${own[beyond]} ${exampleOf(beyond)}, ${model} tells ${count} classes apart; expected 0 to ${count - 1}${none}`;
  }
  return undefined;
}
