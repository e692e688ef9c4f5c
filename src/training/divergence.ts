/** Why a loss is no number, where the examples themselves make it so. */
import type { ExampleBatch } from "../data/example-batches.js";
import type { EmbeddingOptions } from "../nn/index.js";
import type { Cost, Trainable } from "./objective.js";
import { type First, firstLayers } from "./pixels.js";

/**
 * What in a batch makes its loss NaN or infinite, whatever the learning rate: numbers that are none, classes that the
 * network does not tell apart, words for which it has no vector. Undefined where nothing is wrong with it.
 */
export function causeOf(
  { fields, places, size }: ExampleBatch,
  model: Trainable,
  inputs: readonly string[],
  classes: Cost["classes"] = {},
): string | undefined {
  for (const [name, { own }] of Object.entries(fields)) {
    if (!own) continue;
    const exampleOf = (at: number): string =>
      `in example ${places[Math.floor(at / (own.length / size))]} (counted from 0)`;
    const notFinite = own.findIndex((value) => !Number.isFinite(value));
    if (notFinite >= 0) return `${name} is ${own[notFinite]} ${exampleOf(notFinite)}`;
    const beyond = (count: number, ignore?: number): number =>
      own.findIndex((number) => number !== ignore && !(number >= 0 && number < count));
    if (Object.hasOwn(classes, name)) {
      const { count, ignore } = classes[name];
      const at = beyond(count, ignore);
      const none = ignore === undefined ? "" : `, or ${ignore} for none`;
      if (at >= 0)
        return `${name} is ${own[at]} ${exampleOf(at)}, ${model.name} tells ${count} classes apart; expected 0 to ${count - 1}${none}`;
    }
    if (!inputs.includes(name)) continue;
    for (const { type, options } of firstLayers(model as unknown as First, name)) {
      if (type !== "embedding") continue;
      const { words } = options as EmbeddingOptions;
      const at = beyond(words);
      if (at >= 0)
        return `${name} is ${own[at]} ${exampleOf(at)}, ${model.name} has vectors for ${words} words; expected 0 to ${words - 1}`;
    }
  }
  return undefined;
}
