/** Loops around what a kernel computes, the outer ones shared among threads as items. */
import type { KernelBuilder } from "./builder.js";
import type { Evaluator } from "./expression.js";
import type { Int } from "./language.js";

/** Loops over results, of which the first `shared` are items. */
export interface Shared {
  readonly items: number;
  readonly shared: number;
  /** What of them code depends on: not how often the first one turns, which is a matter of items. */
  readonly text: string;
}

/**
 * Enough items for any number of threads, from as few of the outer loops as give them. A first one of four turns or
 * more, which may be the batch, counts as eight of them, so that batches of several sizes share the same loops.
 */
export function shareLoops(outer: readonly number[]): Shared {
  let counted = 1;
  let shared = 0;
  for (; shared < outer.length && counted < enough; shared++) {
    const count = outer[shared];
    counted *= shared === 0 && count >= 4 && count < enough ? smallBatch : count;
  }
  const items = outer.slice(0, shared).reduce((n, count) => n * count, 1);
  return { items, shared, text: `${shared} of any,${outer.slice(1)}` };
}

const enough = 64;
const smallBatch = 8;

/** The indices of several nested loops from one running number. The first count is not needed. */
export function decode(k: KernelBuilder, item: Int, counts: readonly (number | Int)[]): Int[] {
  const indices: Int[] = [];
  let rest = item;
  for (let d = counts.length - 1; d > 0; d--) {
    const { quotient, remainder } = k.divide(rest, counts[d]);
    indices.unshift(remainder);
    rest = quotient;
  }
  if (counts.length > 0) indices.unshift(rest);
  return indices;
}

export function enterAll(
  k: KernelBuilder,
  evaluator: Evaluator,
  indices: readonly Int[],
  body: () => void,
): void {
  if (indices.length === 0) body();
  else evaluator.enter(indices[0], () => enterAll(k, evaluator, indices.slice(1), body));
}

/** Loops over the remaining outer dimensions. */
export function nest(
  k: KernelBuilder,
  evaluator: Evaluator,
  counts: readonly number[],
  body: () => void,
): void {
  if (counts.length === 0) body();
  else k.loop(0, counts[0], (i) => evaluator.enter(i, () => nest(k, evaluator, counts.slice(1), body)));
}
