/** What this view says. A translation is another file like this one. */
import { count } from "../../../../../src/formatting/numbers.js";
import { counted, pointed, short } from "../../../numbers/text.js";

/** All digits of an f32. */
export const whole = (value: number): string => String(Number(value.toPrecision(9))).replace("-", "−");

const named = ["row", "column", "map", "filter"] as const;

export const stepWords = {
  preparing: "Drawing the digits; a moment.",
  training: (to: number) => `Training to step ${count(to)}; a moment.`,
  busy: "The network is learning. Freeze it to look into its next step.",
  headline: (step: number, before: number, after: number) =>
    before === after
      ? `Step ${count(step + 1)} leaves this weight at ${pointed(before)}.`
      : `Step ${count(step + 1)} would take this weight from ${short4(before)} to ${short4(after)}.`,
  made: (step: number, before: number, now: number) =>
    `Step ${count(step + 1)} is made: the weight went from ${short4(before)} to ${short4(now)}.`,
  back: (step: number, now: number) =>
    `Taken back: after step ${count(step)} the weight is ${short4(now)} again, bit for bit.`,
  under: (step: number, pictures: number, loss: number) =>
    `Frozen after step ${count(step)}. The next ${counted(pictures, "picture")} are laid out, their loss is ${short(loss)}; nothing is changed yet.`,
  place(shape: readonly number[], place: readonly number[], path: string): string {
    const of = path.slice(path.lastIndexOf(".") + 1);
    if (shape.length === 4)
      return place
        .map((k, axis) => (shape[axis] === 1 && axis === 2 ? "" : `${named[axis]} ${k + 1}`))
        .filter(Boolean)
        .join(", ");
    if (shape.length === 2) return `input ${place[0] + 1}, unit ${place[1] + 1}`;
    return `${of} ${place.at(-1)! + 1}`;
  },
  sum: (count_: number, pictures: number, places: number) =>
    places === 1
      ? `${count(count_)} products: ${counted(pictures, "picture")}`
      : `${count(count_)} products: ${counted(pictures, "picture")} × ${count(places)} places`,
  zeros: (zeros: number, count_: number) =>
    zeros === 0
      ? "None of them is 0."
      : `${count(zeros)} of ${count(count_)} are 0: there the weight meets nothing, or the error does not pass.`,
  others: (n: number) => counted(n, "other product"),
  noTerms: (type: string) =>
    `The gradient of a weight of ${type || "this layer"} is no plain sum of products of what goes in: the engine's number stands below.`,
  perPicture: (best: number, truth: string) =>
    `What each picture of the batch asks for. Most of all picture ${best + 1}, a ${truth}. They do not agree; their sum is the gradient.`,
  differs: "The sum of the products is not the engine's gradient: that is a fault of ours.",
  rest: "Step by step the terms are the engine's own numbers: the error's slope at the layer's output, and what went in.",
  notKept: (wanted: number, is: number) =>
    `Step ${count(wanted)} is not kept in the history; this is step ${count(is)}, the nearest.`,
} as const;

const short4 = (value: number): string => String(Number(value.toPrecision(5))).replace("-", "−");
