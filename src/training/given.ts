/** What users hand to training, as rules for options. */
import { rule } from "../door/rules.js";
import { said } from "../door/said.js";
import type { AnyNetwork } from "../nn/index.js";
import { isObjective } from "./objective.js";

export const aLoss = rule(
  "a function, such as losses.crossEntropy()",
  (value) => typeof value === "function" && !isModel(value),
);
export const anObjective = rule("one such as objectives.classification()", isObjective);

export const isModel = (value: unknown): value is AnyNetwork =>
  typeof value === "function" && "describe" in value && "parameters" in value;

/** @throws TypeError where something else stands in the place of a model */
export function checkModel(speaker: string, model: unknown): asserts model is AnyNetwork {
  if (!isModel(model))
    throw new TypeError(`${speaker}: the model is ${said(model)}, expected one, such as nn.sequential(…)`);
}

/** Patterns of paths, for the option of a function that takes them. */
export const arePaths = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "function" || Array.isArray(value);
