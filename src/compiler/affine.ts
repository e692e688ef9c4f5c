/** Index arithmetic: how the indices of a node follow from the loop indices of the kernel that evaluates it. */

/** constant + Σ coefficients[d] · i_d over the loops of a kernel. */
export interface Affine {
  readonly constant: number;
  readonly coefficients: readonly number[];
}

export const zero = (loops: number): Affine => ({ constant: 0, coefficients: new Array(loops).fill(0) });

export function scale(a: Affine, by: number, plus = 0): Affine {
  return { constant: a.constant * by + plus, coefficients: a.coefficients.map((c) => c * by) };
}

export function sum(a: Affine, b: Affine): Affine {
  return {
    constant: a.constant + b.constant,
    coefficients: a.coefficients.map((c, d) => c + b.coefficients[d]),
  };
}

/** Each index of a node of this shape is one loop. */
export function identity(shape: readonly number[]): Affine[] {
  return shape.map((_, d) => ({ constant: 0, coefficients: shape.map((_, e) => (d === e ? 1 : 0)) }));
}

/** Σ indices[d] · strides[d] + offset */
export function dot(
  indices: readonly Affine[],
  strides: readonly number[],
  offset: number,
  loops: number,
): Affine {
  let total: Affine = { ...zero(loops), constant: offset };
  indices.forEach((index, d) => {
    total = sum(total, scale(index, strides[d]));
  });
  return total;
}

/** Thrown where an index exists only if loop `loop` is two: an outer one, and an inner one of length `inner`. */
export class SplitLoop {
  constructor(
    readonly loop: number,
    readonly inner: number,
  ) {}
}

/** Thrown where an index is not affine in the loops at all: the input has to be stored first. */
export class NotAffine {}

/**
 * The indices into the input of a reshape. Dimensions are matched in groups of equal size; within a group the
 * row-major position is taken apart again, which is possible where the loops below it line up with the input's
 * dimensions, if need be after splitting one.
 */
export function reshapeIndex(
  out: readonly Affine[],
  outShape: readonly number[],
  inShape: readonly number[],
  loops: readonly number[],
): Affine[] {
  const result: Affine[] = [];
  let o = 0;
  let i = 0;
  while (i < inShape.length || o < outShape.length) {
    const [o0, i0] = [o, i];
    let outSize = 1;
    let inSize = 1;
    do {
      if (outSize <= inSize && o < outShape.length) outSize *= outShape[o++];
      else if (i < inShape.length) inSize *= inShape[i++];
      else if (o < outShape.length) outSize *= outShape[o++];
    } while (outSize !== inSize);
    // Trailing dimensions of length 1 belong to whichever group comes last.
    if (o === outShape.length) while (i < inShape.length && inShape[i] === 1) i++;
    if (i === inShape.length) while (o < outShape.length && outShape[o] === 1) o++;
    const group = inShape.slice(i0, i);
    if (group.length === 1 && o - o0 === 1) {
      result.push(out[o0]);
      continue;
    }
    let position = zero(loops.length);
    let step = 1;
    for (let d = o - 1; d >= o0; d--) {
      position = sum(position, scale(out[d], step));
      step *= outShape[d];
    }
    result.push(...digits(position, group, loops));
  }
  return result;
}

/** The row-major index of `position` in a box of this shape. */
function digits(position: Affine, shape: readonly number[], loops: readonly number[]): Affine[] {
  const wide = shape.map((count, d) => ({ count, d })).filter(({ count }) => count > 1);
  const indices = shape.map(() => zero(loops.length));
  if (wide.length === 0) return indices;
  if (wide.length === 1) {
    indices[wide[0].d] = position;
    return indices;
  }
  // The loops of the position from the fastest to the slowest; they must run through it without gaps.
  const parts = position.coefficients
    .map((coefficient, loop) => ({ coefficient, loop, count: loops[loop] }))
    .filter((p) => p.coefficient !== 0 && p.count > 1)
    .sort((a, b) => a.coefficient - b.coefficient);
  let expected = 1;
  for (const part of parts) {
    if (part.coefficient !== expected) throw new NotAffine();
    expected *= part.count;
  }
  if (position.constant !== 0 || expected !== shape.reduce((n, c) => n * c, 1)) throw new NotAffine();
  let p = 0;
  for (const { count, d } of wide.reverse()) {
    const coefficients = new Array<number>(loops.length).fill(0);
    let covered = 1;
    while (covered < count) {
      const part = parts[p++];
      if (count % (covered * part.count) !== 0) {
        const inner = count / covered;
        if (part.count % inner !== 0) throw new NotAffine();
        throw new SplitLoop(part.loop, inner);
      }
      coefficients[part.loop] = covered;
      covered *= part.count;
    }
    indices[d] = { constant: 0, coefficients };
  }
  return indices;
}
