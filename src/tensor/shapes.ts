/** Shapes and the errors about them. */
import { kindOfArray, said } from "../door/said.js";

/** Lengths of a tensor's axes, the outermost first: `[8, 32, 32, 3]` is N×H×W×C. `[]` is a single number. */
export type Shape = readonly number[];

/** Tensors that do not fit together, found at the call that combines them, before anything runs. */
export class ShapeError extends Error {
  override name = "ShapeError";
}

/** `8×32×32×3`; a single number is `one number`. */
export const show = (shape: Shape): string => (shape.length === 0 ? "a single number" : shape.join("×"));

export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** A shape as users give it. */
export function checkedShape(speaker: string, shape: Shape): number[] {
  const axes = checkedNumbers(speaker, "the shape", shape);
  for (const d of axes)
    if (!Number.isInteger(d) || d < 0)
      throw new ShapeError(
        `${speaker}: ${axes.map(written).join("×")} is no shape: ${said(d)} is not a whole number of at least 0`,
      );
  if (sizeOf(axes) > Number.MAX_SAFE_INTEGER)
    throw new ShapeError(`${speaker}: ${show(axes)} is no shape: it has more values than can be counted`);
  return axes;
}

const written = (d: unknown): string => (typeof d === "number" ? String(d) : said(d));

/** A list of numbers as users give it, one for each axis or any: holes are undefined in it. */
export function checkedNumbers(speaker: string, what: string, list: readonly number[]): number[] {
  if (Array.isArray(list) || kindOfArray(list)) return Array.from(list);
  throw new ShapeError(
    `${speaker}: ${what} is ${said(list)}, expected a list of whole numbers, such as [2, 3]`,
  );
}

/** The axis, counted from the start. Negative axes count from the end. */
export function checkedAxis(speaker: string, axis: number, shape: Shape): number {
  const counted = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || counted < 0 || counted >= shape.length)
    throw new ShapeError(`${speaker}: x has no axis ${said(axis)} (x is ${show(shape)})`);
  return counted;
}

/** Several axes in rising order; all of them where none is named. */
export function checkedAxes(
  speaker: string,
  axes: number | readonly number[] | undefined,
  shape: Shape,
): number[] {
  if (axes === undefined) return shape.map((_, d) => d);
  const named = typeof axes === "object" ? checkedNumbers(speaker, "axis", axes) : [axes];
  const counted = named.map((axis) => checkedAxis(speaker, axis, shape));
  const twice = counted.find((axis, i) => counted.indexOf(axis) !== i);
  if (twice !== undefined)
    throw new ShapeError(`${speaker}: axis ${twice} is named twice (x is ${show(shape)})`);
  return counted.sort((a, b) => a - b);
}

/** The common shape of tensors that broadcast as in NumPy: aligned at the last axis, 1 stands for any length. */
export function broadcastShapes(speaker: string, ...shapes: Shape[]): number[] {
  let result: number[] = [...shapes[0]];
  for (const shape of shapes.slice(1)) {
    const rank = Math.max(result.length, shape.length);
    const joined: number[] = [];
    for (let axis = 0; axis < rank; axis++) {
      const a = result[axis - (rank - result.length)] ?? 1;
      const b = shape[axis - (rank - shape.length)] ?? 1;
      if (a !== b && a !== 1 && b !== 1)
        throw new ShapeError(
          `${speaker}: ${show(result)} and ${show(shape)} do not broadcast (${a} against ${b} in axis ${axis})`,
        );
      joined.push(a === 1 ? b : a);
    }
    result = joined;
  }
  return result;
}
