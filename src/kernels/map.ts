import { KernelBuilder } from "./builder.js";
import { collapse } from "./collapse.js";
import { Evaluator, type Expression, type Store } from "./expression.js";
import type { Int, Kernel, TargetDescription } from "./language.js";

/** A kernel and the number of items among which threads share its work; a single one is left to one thread. */
export interface Generated {
  readonly kernel: Kernel;
  readonly items: number;
}

/** Vectors handled by one turn of the innermost loop. */
const unroll = 2;

/** Element-wise work: at each point of the index space, every store's expression into its place. */
export function mapKernel(
  target: TargetDescription,
  name: string,
  space: readonly number[],
  stores: readonly Store[],
): Generated {
  const { dimensions, body } = collapse(
    space.map((count) => ({ count, role: 0 })),
    { roots: stores.map((s) => s.value), stores },
  );
  const counts = dimensions.map((d) => d.count);
  const k = new KernelBuilder(target);
  const vectorDimension = counts.length - 1;
  const inner = counts.at(-1) ?? 1;
  const outer = counts.slice(0, -1);
  const evaluator = new Evaluator(
    k,
    body.roots,
    body.stores,
    outer.map((_, d) => d),
    counts.length === 0 ? null : vectorDimension,
  );

  const vector = (index: Int | null, shift: number, lanes: number): void => {
    const values = evaluator.values(body.roots, index, shift, lanes);
    body.stores.forEach((store, s) => {
      evaluator.store(store, values[s], index, shift, lanes);
    });
  };
  const block = k.lanes * unroll;
  const whole = Math.floor(inner / block);
  /** What is left of the innermost loop after its whole blocks, written out. */
  const rest = (): void => {
    for (let done = whole * block; done < inner; done += k.lanes)
      vector(null, done, Math.min(k.lanes, inner - done));
  };
  const blocks = (from: Int | number, to: Int | number): void =>
    k.loop(from, to, (i) => {
      const index = k.offset(k.int(0), i, block);
      for (let u = 0; u < unroll; u++) vector(index, u * k.lanes, k.lanes);
    });

  if (counts.length === 0) {
    vector(null, 0, 1);
    return { kernel: k.finish(name), items: 1 };
  }
  if (outer.length === 0) {
    // One long loop: threads share its blocks, the last one also does the rest.
    const items = Math.max(1, whole);
    if (whole > 0) blocks(k.begin, k.end);
    if (whole * block < inner) k.when(k.compare("eq", k.end, k.int(items)), rest);
    return { kernel: k.finish(name), items };
  }
  const { items, shared } = shareLoops(outer);
  k.loop(k.begin, k.end, (item) => {
    enterAll(k, evaluator, decode(k, item, outer.slice(0, shared)), () =>
      nest(k, evaluator, outer.slice(shared), () => {
        if (whole === 1) {
          for (let u = 0; u < unroll; u++) vector(null, u * k.lanes, k.lanes);
        } else if (whole > 1) blocks(0, whole);
        rest();
      }),
    );
  });
  return { kernel: k.finish(name), items };
}

/** Enough items for any number of threads, from as few of the outer loops as give them. */
export function shareLoops(outer: readonly number[]): { items: number; shared: number } {
  let items = 1;
  let shared = 0;
  while (shared < outer.length && items < 64) items *= outer[shared++];
  return { items, shared };
}

/** The indices of several nested loops from one running number. */
export function decode(k: KernelBuilder, item: Int, counts: readonly number[]): Int[] {
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

export type { Expression };
