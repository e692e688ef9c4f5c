/** What is to be explained: the score of a class, or the activation of a unit. */
import { optionsOf } from "../door/options.js";
import { required, text } from "../door/rules.js";
import { said } from "../door/said.js";
import type { Mode, Model } from "../nn/index.js";
import { mul } from "../ops/arithmetic.js";
import { oneHot } from "../ops/one-hot.js";
import { reshape } from "../ops/reshape.js";
import { sum } from "../ops/sum.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { placeholder, Tensor } from "../tensor/tensor.js";
import { highest } from "../training/evaluate.js";
import { ExplainError } from "./explain-error.js";
import { aUnit } from "./rules.js";
import { outputAt, placeOf, scoresOf } from "./walk.js";

/** A unit of a layer: a filter's map, or a neuron of a dense layer. */
export interface Unit {
  readonly layer: string;
  /** One for all pictures, or one for each. */
  readonly unit: number | readonly number[];
}

/**
 * A class by its number, the same for all pictures or one for each, or a unit of a layer. Of a class it is the score
 * before softmax; of a filter the sum of its activations over all places, Σᵢⱼ aᵢⱼᵏ; of a neuron its activation.
 */
export type Target = number | readonly number[] | Unit;

export interface Aim {
  /** One number for each picture, for the classes or units that are given as N whole numbers (i32). */
  readonly score: (x: Tensor, units: Tensor, mode?: Mode) => Tensor;
  /** Of the pictures at hand. */
  readonly units: Tensor;
}

/**
 * @param images  the pictures, for which a missing target is the class that the model reads in each
 * @throws ExplainError where there is no such class, layer or unit
 */
export async function aimAt(
  speaker: string,
  model: Model,
  images: Tensor,
  target: Target | undefined,
): Promise<Aim> {
  const [n] = images.shape;
  if (target !== undefined && isUnit(target)) {
    const { layer } = target;
    const units = checkedUnits(speaker, model, target, n);
    return { units, score: (x, chosen, mode) => activationOf(outputAt(model, x, layer, mode), chosen) };
  }
  const units =
    target === undefined ? await classesRead(model, images) : checkedClasses(speaker, model, target, images);
  return { units, score: (x, chosen, mode) => activationOf(scoresOf(model, x, mode), chosen) };
}

export const isUnit = (target: Target): target is Unit => typeof target === "object" && "layer" in target;

/** The activation of one unit for each picture, summed over all places. */
export function activationOf(a: Tensor, units: Tensor): Tensor {
  const [n] = a.shape;
  const channels = a.shape[a.rank - 1];
  const chosen = reshape(oneHot(units, channels), [n, ...a.shape.slice(1, -1).map(() => 1), channels]);
  return sum(mul(a, chosen), { axis: a.shape.map((_, d) => d).slice(1) });
}

/** The class with the highest score in each picture. */
async function classesRead(model: Model, images: Tensor): Promise<Tensor> {
  const read = await compile((x: Tensor) => scoresOf(model, x))(images);
  const [n, classes] = read.shape;
  const scores = await numbersOf(read);
  return whole(Array.from({ length: n }, (_, i) => highest(scores.subarray(i * classes, (i + 1) * classes))));
}

function checkedClasses(
  speaker: string,
  model: Model,
  target: number | readonly number[],
  images: Tensor,
): Tensor {
  const chosen = oneForEach(speaker, "classes", target, images.shape[0]);
  const [, classes] = scoresOf(model, placeholder([1, ...images.shape.slice(1)], "f32")).shape;
  for (const k of chosen)
    if (!isBelow(k, classes))
      throw new ExplainError(
        `${speaker}: there is no class ${k}; ${model.name} has the classes 0 to ${classes - 1}`,
      );
  return whole(chosen);
}

/** The units as N whole numbers. */
export function checkedUnits(speaker: string, model: Model, target: Unit, n: number): Tensor {
  const { layer, unit } = optionsOf(`${speaker}: the target`, target, {
    layer: required(text),
    unit: required(aUnit),
  });
  const { output } = placeOf(model, layer, speaker);
  const units = output[output.length - 1];
  const chosen = oneForEach(speaker, "units", unit, n);
  for (const k of chosen)
    if (!isBelow(k, units))
      throw new ExplainError(
        `${speaker}: there is no unit ${k}; ${layer} of ${model.name} has the units 0 to ${units - 1}`,
      );
  return whole(chosen);
}

function oneForEach(speaker: string, what: string, given: number | readonly number[], n: number): number[] {
  if (typeof given === "number") return Array(n).fill(given);
  if (!Array.isArray(given))
    throw new TypeError(
      `${speaker}: the target is ${said(given)}, expected a class, a list with one for each picture, or { layer, unit }`,
    );
  if (given.length !== n)
    throw new ExplainError(
      `${speaker}: ${given.length} ${what} for ${n} ${n === 1 ? "picture" : "pictures"}`,
    );
  return [...given];
}

const isBelow = (k: number, count: number): boolean => Number.isInteger(k) && k >= 0 && k < count;

const whole = (values: readonly number[]): Tensor =>
  Tensor.from(Int32Array.from(values), [values.length], "i32");
