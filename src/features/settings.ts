/** Settings of features: one that makes no sense is a FeatureError. */
import { type OptionNames, optionsOf } from "../door/options.js";
import { oneOf, rule } from "../door/rules.js";
import { extensions } from "../ops/extend.js";
import { FeatureError } from "./raster.js";

export const settingsOf = <O extends object>(speaker: string, given: O, names: OptionNames<NoInfer<O>>): O =>
  optionsOf(speaker, given, names, FeatureError);

export const aBorder = oneOf("zero", "none", ...extensions);

export const wholeFromTo = (least: number, most: number) =>
  rule(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  );
export const shareAboveZero = rule(
  "a number above 0 and at most 1",
  (value) => typeof value === "number" && value > 0 && value <= 1,
);
export const anOddSize = rule(
  "an odd whole number: a kernel has a middle",
  (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) % 2 === 1,
);
