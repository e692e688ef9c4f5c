import { collect, type Expression, type Store, type Strided } from "./expression.js";

/** A loop of the index space. Loops of different roles (kept, reduced) are never merged. */
export interface Dimension {
  readonly count: number;
  readonly role: number;
}

/**
 * Merges neighbouring loops that every operand walks as one (a contiguous N×H×W×C becomes a single loop), and
 * drops loops of length 1. Fewer and longer loops mean less overhead and full vectors.
 */
export function collapse<S extends { roots: readonly Expression[]; stores: readonly Store[] }>(
  dimensions: readonly Dimension[],
  body: S,
): { dimensions: Dimension[]; body: S } {
  const strided: Strided[] = [...new Set([...collect(body.roots), ...body.stores])].flatMap((e) =>
    "at" in e ? [e.at] : [],
  );
  const merged: Dimension[] = [];
  // For each remaining loop, the original one whose stride it keeps: the innermost of those merged.
  const strideOf: number[] = [];
  dimensions.forEach((dimension, d) => {
    if (dimension.count === 1) return;
    const last = merged.length - 1;
    const joins =
      last >= 0 &&
      merged[last].role === dimension.role &&
      strided.every((at) => at.strides[strideOf[last]] === at.strides[d] * dimension.count);
    if (joins) {
      merged[last] = { count: merged[last].count * dimension.count, role: dimension.role };
      strideOf[last] = d;
    } else {
      merged.push(dimension);
      strideOf.push(d);
    }
  });
  const place = (at: Strided): Strided => ({
    offset: at.offset,
    strides: strideOf.map((d) => at.strides[d]),
  });
  return { dimensions: merged, body: rewrite(body, place) };
}

/** The same stores with every view replaced. */
export function placeAll(stores: readonly Store[], place: (at: Strided) => Strided): readonly Store[] {
  return rewrite({ roots: stores.map((s) => s.value), stores }, place).stores;
}

/** The same expressions with every view replaced. Shared parts stay shared. */
function rewrite<S extends { roots: readonly Expression[]; stores: readonly Store[] }>(
  body: S,
  place: (at: Strided) => Strided,
): S {
  const made = new Map<Expression, Expression>();
  for (const e of collect(body.roots)) {
    if (e.kind === "apply") made.set(e, { ...e, inputs: e.inputs.map((input) => made.get(input)!) });
    else if (e.kind === "result") made.set(e, e);
    else made.set(e, { ...e, at: place(e.at) });
  }
  return {
    ...body,
    roots: body.roots.map((e) => made.get(e)!),
    stores: body.stores.map((s) => ({ ...s, value: made.get(s.value)!, at: place(s.at) })),
  };
}
