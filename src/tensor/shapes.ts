/** Shapes and the errors about them. */

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
  for (const d of shape)
    if (!Number.isInteger(d) || d < 0)
      throw new ShapeError(
        `${speaker}: ${shape.join("×")} is no shape: ${d} is not a whole number of at least 0`,
      );
  return [...shape];
}

/** The axis, counted from the start. Negative axes count from the end. */
export function checkedAxis(speaker: string, axis: number, shape: Shape): number {
  const counted = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || counted < 0 || counted >= shape.length)
    throw new ShapeError(`${speaker}: x has no axis ${axis} (x is ${show(shape)})`);
  return counted;
}

/** Several axes in rising order; all of them where none is named. */
export function checkedAxes(
  speaker: string,
  axes: number | readonly number[] | undefined,
  shape: Shape,
): number[] {
  if (axes === undefined) return shape.map((_, d) => d);
  const counted = (typeof axes === "number" ? [axes] : axes).map((axis) => checkedAxis(speaker, axis, shape));
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
