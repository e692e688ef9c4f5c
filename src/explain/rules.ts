/** What options may be that several methods take. */
import { callback, fromOneOn, notNegative, positive, rule, signal, wholeNumber } from "../door/rules.js";

export const running = { signal, onProgress: callback };
export const stepwise = { ...running, stop: signal };
export const showing = { ...stepwise, onFrame: callback, frameEvery: fromOneOn };

export const aTarget = rule(
  "a class, a list with one for each picture, or { layer, unit }",
  (value) => typeof value === "number" || (typeof value === "object" && value !== null),
);
export const aimed = { ...running, target: aTarget };

export const aUnit = rule(
  "a unit, or a list with one for each picture",
  (value) => typeof value === "number" || Array.isArray(value),
);
export const aSize = rule(
  "[height, width], whole numbers from 1 on",
  (value) => Array.isArray(value) && value.length === 2 && value.every(fromOneOn.holds),
);
export const aShare = rule("a number from 0 to 1", (v) => typeof v === "number" && v >= 0 && v <= 1);
const names = rule(
  "a list of layers' names",
  (value) => Array.isArray(value) && value.every((name) => typeof name === "string"),
);
const weights = rule("a list of numbers", (value) => Array.isArray(value) && value.every(Number.isFinite));

/** Of neural style, by descent in pixels or in a network's weights. */
export const painting = {
  ...stepwise,
  content: names,
  style: names,
  blend: weights,
  contentWeight: notNegative,
  styleWeight: notNegative,
  variationWeight: notNegative,
  lr: positive,
  seed: wholeNumber,
};
