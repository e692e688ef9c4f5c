/** Arguments of operations, checked at the call: a wrong one would reach the compiler, or read memory beside the numbers. */
import { kindOfArray, said } from "../door/said.js";
import { ShapeError } from "./shapes.js";
import { Tensor } from "./tensor.js";

/** @param name  what the argument is called: `x` */
export function checkTensor(speaker: string, name: string, x: unknown): asserts x is Tensor {
  if (!(x instanceof Tensor))
    throw new TypeError(`${speaker}: ${name} is ${said(x)}, expected a tensor${advice(x)}`);
}

function advice(x: unknown): string {
  if (typeof x === "number" || typeof x === "boolean" || Array.isArray(x) || kindOfArray(x))
    return ": tensor(…) makes one of numbers";
  if (typeof x !== "object" || x === null) return "";
  if ("then" in x) return ": await it first";
  return "operation" in x && "serial" in x ? ": this one is of another copy of the library" : "";
}

/** @returns a list of tensors */
export function checkedTensors(speaker: string, name: string, tensors: readonly Tensor[]): readonly Tensor[] {
  if (!Array.isArray(tensors))
    throw new TypeError(`${speaker}: ${name} is ${said(tensors)}, expected a list of tensors`);
  tensors.forEach((t, i) => {
    checkTensor(speaker, `${name} ${i}`, t);
  });
  return tensors;
}

/** A whole number of at least so much. */
export function checkedWhole(speaker: string, name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least)
    throw new ShapeError(
      `${speaker}: ${name} is ${said(value)}, expected a whole number of at least ${least}`,
    );
  return value;
}

/** Any number, NaN and the infinite ones too: they are values. */
export function checkedNumber(speaker: string, name: string, value: number): number {
  if (typeof value !== "number")
    throw new TypeError(`${speaker}: ${name} is ${said(value)}, expected a number`);
  return value;
}
