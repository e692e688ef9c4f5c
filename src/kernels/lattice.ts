/** Sums over the paths through a lattice of states, in logarithms: each thread walks whole lattices, frame by frame. */
import type { KernelBuilder } from "./builder.js";
import type { Draft } from "./draft.js";
import { exp, log } from "./elementary.js";
import type { Floats, Int } from "./language.js";

export interface Lattice {
  readonly count: number;
  readonly frames: number;
  /** The first two of them are no states, but what lies before the first. */
  readonly states: number;
}

/** Writes the kernel: it comes with the operation, so that nobody else loads it. */
export type LatticeGenerator = (lattice: Lattice) => Draft;

/**
 * A path stays in a state, goes to the next, or over one to the one after that where `skip` lets it:
 *
 *     y[n, 0, s] = x[n, 0, s] + begin[n, s]
 *     y[n, t, s] = x[n, t, s] + ln(e^y[n, t−1, s] + e^y[n, t−1, s−1] + e^(y[n, t−1, s−2] + skip[n, s]))
 *
 * for s from 2 on; those of states 0 and 1 are −∞. Buffers: x (count×frames×states), begin and skip (count×states), y.
 */
export function latticeKernel({ count, frames, states }: Lattice): Draft {
  return {
    text: `lattice ${frames} ${states}`,
    items: count,
    write: (k) => walked(k, frames, states),
  };
}

function walked(k: KernelBuilder, frames: number, states: number): void {
  const [x, begin, skip, y] = [k.argument(0), k.argument(1), k.argument(2), k.argument(3)];
  const row = states * 4;
  const none = k.f32(Number.NEGATIVE_INFINITY);
  const at = (base: Int, s: Int): Int => k.offset(base, s, 4);

  /** Whole vectors of states, then single ones. */
  const eachState = (body: (s: Int, lanes: number) => void): void => {
    const end = 2 + Math.floor((states - 2) / k.lanes) * k.lanes;
    if (end > 2) k.loop(2, end, (s) => body(s, k.lanes), k.lanes);
    if (end < states) k.loop(end, states, (s) => body(s, 1));
  };
  const load = (pointer: Int, lanes: number, displacement = 0): Floats =>
    k.load("f32", pointer, { lanes, displacement, access: lanes === 1 ? "splat" : "vector" }) as Floats;
  const clear = (base: Int): void => {
    for (const s of [0, 1]) k.store("f32", base, none, { lanes: 1, displacement: 4 * s });
  };

  k.loop(k.begin, k.end, (n) => {
    const [from, to] = [k.offset(x, n, frames * row), k.offset(y, n, frames * row)];
    const [first, over] = [k.offset(begin, n, row), k.offset(skip, n, row)];
    clear(to);
    eachState((s, lanes) =>
      k.store("f32", at(to, s), k.add<"f32">(load(at(from, s), lanes), load(at(first, s), lanes)), { lanes }),
    );
    k.loop(1, frames, (t) => {
      const [seen, now] = [k.offset(from, t, row), k.offset(to, t, row)];
      const before = k.plus(now, -row);
      clear(now);
      eachState((s, lanes) => {
        const place = at(before, s);
        const stay = load(place, lanes);
        const next = load(place, lanes, -4);
        const jump = k.add<"f32">(load(place, lanes, -8), load(at(over, s), lanes));
        const most = k.max<"f32">(k.max<"f32">(stay, next), jump);
        // Of nothing but −∞ the differences would be NaN.
        const level = k.select<"f32">(k.compare("eq", most, none), k.f32(0), most);
        const sum = [stay, next, jump]
          .map((value) => exp(k, k.sub<"f32">(value, level)))
          .reduce((a, b) => k.add<"f32">(a, b));
        const total = k.add<"f32">(k.add<"f32">(level, log(k, sum)), load(at(seen, s), lanes));
        k.store("f32", at(now, s), total, { lanes });
      });
    });
  });
}
