import type { KernelBuilder } from "./builder.js";
import { cascade, textOfCascade, type Walk } from "./cascade.js";
import { collapse } from "./collapse.js";
import { columnsInBlocks } from "./columns.js";
import type { Draft } from "./draft.js";
import { collect, Evaluator, type Expression, resultType, type Store } from "./expression.js";
import type { Floats, Int, Ints, Lanes, TargetDescription } from "./language.js";
import { decode, enterAll, shareLoops } from "./loops.js";

export type Combine = "sum" | "max" | "min" | "argmax";

/** One of the reductions that a kernel does over the same space; `position` numbers the reduced points. */
export interface Reduction {
  readonly combine: Combine;
  readonly value: Expression;
  /** For argmax: the row-major position among the reduced points. */
  readonly position?: Expression;
}

const identity = {
  sum: 0,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  argmax: Number.NEGATIVE_INFINITY,
};

/** Accumulators for one vector of results: of each reduction its value and, for argmax, its position. */
type Accumulators = { value: Floats | Ints; position: Ints | null }[];

/**
 * Reductions over the loops `reduced`, at each point of the loops `kept`; then the stores, whose expressions see
 * the results as `{ kind: "result" }`.
 *
 * Lanes lie along the last kept loop where that makes loads contiguous, else along the last reduced loop with a
 * combination across lanes at the end, else (argmax along the last axis) one point is handled at a time.
 */
export function reduceKernel(
  { lanes }: TargetDescription,
  kept: readonly number[],
  reduced: readonly number[],
  reductions: readonly Reduction[],
  stores: readonly Store[],
): Draft {
  const inputs = reductions.flatMap((r) => (r.position ? [r.value, r.position] : [r.value]));
  const repeated = repetitions(kept.length, reduced, inputs);
  const collapsed = collapse(
    [
      ...kept.map((count) => ({ count, role: 0 })),
      ...reduced.map((count, d) => ({ count: repeated.loops.has(d) ? 1 : count, role: 1 })),
    ],
    { roots: [...inputs, ...stores.map((s) => s.value)], stores },
  );
  const keptCounts = collapsed.dimensions.filter((d) => d.role === 0).map((d) => d.count);
  const reducedCounts = collapsed.dimensions.filter((d) => d.role === 1).map((d) => d.count);
  const roots = collapsed.body.roots;
  const outputs = roots.slice(inputs.length);
  let next = 0;
  const sources = reductions.map((r) => ({
    combine: r.combine,
    value: roots[next++],
    position: r.position ? roots[next++] : null,
  }));
  const plan: Plan = {
    lanes,
    stores: collapsed.body.stores,
    keptCounts,
    reducedCounts,
    times: repeated.times,
    sources,
    outputs,
  };

  const lastKept = keptCounts.length - 1;
  const lastReduced = keptCounts.length + reducedCounts.length - 1;
  const loads = collect(sources.flatMap((s) => (s.position ? [s.value, s.position] : [s.value])));
  const awkward = (dimension: number): number =>
    loads.filter((e) => e.kind === "load" && Math.abs(e.at.strides[dimension]) > 1).length;
  const scalars = sources.some((s) => s.combine === "argmax");
  const inReduced = lastKept < 0 || (reducedCounts.length > 0 && awkward(lastReduced) < awkward(lastKept));
  const inPoints = scalars || reducedCounts.length === 0;
  const draft = !inReduced ? alongKept(plan) : inPoints ? onePoint(plan) : alongReduced(plan);
  const how = `reduce ${inReduced} ${sources.map((s) => s.combine)} ${repeated.times}`;
  return {
    ...draft,
    text: `${how} ${draft.text}`,
    values: roots.slice(0, inputs.length),
    stores: plan.stores,
    told: [...(draft.told ?? [0]), reducedCounts[0] ?? 0],
  };
}

/** The reduced loops along which nothing that is reduced changes, and how often a value is met in them. */
function repetitions(
  kept: number,
  reduced: readonly number[],
  inputs: readonly Expression[],
): { loops: Set<number>; times: number } {
  const read = collect(inputs).flatMap((e) => ("at" in e ? [e.at] : []));
  const loops = new Set(
    reduced.flatMap((_, d) => (read.every((at) => at.strides[kept + d] === 0) ? [d] : [])),
  );
  return { loops, times: [...loops].reduce((n, d) => n * reduced[d], 1) };
}

interface Plan {
  lanes: number;
  stores: readonly Store[];
  keptCounts: number[];
  reducedCounts: number[];
  /** How often each value is to be reduced: a sum over a broadcast is a product. */
  times: number;
  sources: { combine: Combine; value: Expression; position: Expression | null }[];
  outputs: Expression[];
}

/** How often the first of the reduced loops turns: code is told that after the columns. */
const turnsOf = (k: KernelBuilder): Int => k.told(1);

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** A lane a result: vectors along the last kept loop, several at once so that additions overlap. */
function alongKept(plan: Plan): Draft {
  const { lanes, stores, keptCounts, reducedCounts, sources, outputs } = plan;
  const vectorDimension = keptCounts.length - 1;
  const outer = keptCounts.slice(0, -1);
  const order = [
    ...range(0, outer.length),
    ...range(keptCounts.length, keptCounts.length + reducedCounts.length),
  ];
  const inputs = sources.flatMap((s) => (s.position ? [s.value, s.position] : [s.value]));
  const perBlock = sources.some((s) => s.position)
    ? 2
    : Math.min(4, Math.max(1, Math.floor(8 / sources.length)));
  const loops = columnsInBlocks({ outer, count: keptCounts[vectorDimension], block: perBlock * lanes });
  const terms = termsOf(plan, 1);
  return {
    ...loops,
    text: `${loops.text};${textOfCascade(reducedCounts, terms)}`,
    write(k) {
      const evaluator = new Evaluator(k, [...inputs, ...outputs], stores, order, vectorDimension);
      loops.write(k, evaluator, (index, shift, width) => {
        const pieces = range(0, Math.ceil(width / lanes)).map((v) => ({
          shift: shift + v * lanes,
          lanes: Math.min(lanes, width - v * lanes),
        }));
        const sums = new Sums(k, plan, pieces.length);
        const reduced = (): void =>
          pieces.forEach((piece, p) => {
            const values = evaluator.values(inputs, index, piece.shift, piece.lanes);
            combine(k, sources, sums.now[p], values);
          });
        cascade(k, reducedCounts, terms, walkWith(evaluator, sums), reduced, turnsOf(k));
        for (const [p, piece] of pieces.entries()) {
          const results = sums.results(sums.now[p].map((a) => a.position ?? a.value));
          const values = evaluator.values(outputs, index, piece.shift, piece.lanes, results);
          stores.forEach((store, s) => {
            evaluator.store(store, values[s], index, piece.shift, piece.lanes);
          });
        }
      });
    },
  };
}

/** Lanes lie along the last reduced loop and are combined at the end. */
function alongReduced(plan: Plan): Draft {
  const { lanes, keptCounts, reducedCounts, sources } = plan;
  const vectorDimension = keptCounts.length + reducedCounts.length - 1;
  const count = reducedCounts.at(-1)!;
  const loops = reducedCounts.slice(0, -1);
  const order = range(0, keptCounts.length + loops.length);
  const inputs = sources.map((s) => s.value);
  const ways = 4; // independent sums, so that one addition need not wait for the one before
  const block = ways * lanes;
  const whole = Math.floor(count / block);
  const terms = termsOf(plan, whole + 1);

  return points(plan, `${count};${textOfCascade(loops, terms)}`, (k) => {
    const evaluator = new Evaluator(k, inputs, [], order, vectorDimension);
    /** Lanes past the end count as the neutral element. */
    const only = (some: number, value: Lanes, s: number): Lanes => {
      const inside = k.compare("lt", k.laneNumbers, k.i32(some));
      return k.select(inside, value as Floats, neutral(k, sources[s].combine, value.type) as Floats);
    };
    const point = (): (Floats | Ints)[] => {
      const sums = new Sums(k, plan, ways);
      const row = (): void => {
        const blocks: Walk = { enter: (_, i, body) => inBlock(i, body), level: (body) => sums.level(body) };
        let index: Int | null = null;
        const inBlock = (i: Int, body: () => void): void => {
          index = k.offset(k.int(0), i, block);
          body();
        };
        if (whole > 0)
          cascade(k, [whole], termsOf(plan, 1), blocks, () => {
            for (let w = 0; w < ways; w++)
              combine(k, sources, sums.now[w], evaluator.values(inputs, index, w * lanes, lanes));
          });
        for (let at = whole * block, w = 0; at < count; at += lanes, w++) {
          const some = Math.min(lanes, count - at);
          const values = evaluator.values(inputs, null, at, some);
          combine(k, sources, sums.now[w], some === lanes ? values : values.map((v, s) => only(some, v, s)));
        }
      };
      cascade(k, loops, terms, walkWith(evaluator, sums), row, turnsOf(k));
      const accumulators = sums.now;
      const across = sources.map((source, s) => {
        const how = source.combine === "argmax" ? "max" : source.combine;
        let total = accumulators[0][s].value;
        for (let w = 1; w < ways; w++) total = join(k, how, total, accumulators[w][s].value);
        return k.acrossLanes(how, total as Floats);
      });
      return sums.results(across);
    };
    return { evaluator, point };
  });
}

/** One result at a time, every load a single element. */
function onePoint(plan: Plan): Draft {
  const { keptCounts, reducedCounts, sources } = plan;
  const inputs = sources.flatMap((s) => (s.position ? [s.value, s.position] : [s.value]));
  const order = range(0, keptCounts.length + reducedCounts.length);
  const terms = termsOf(plan, 1);
  return points(plan, textOfCascade(reducedCounts, terms), (k) => {
    const evaluator = new Evaluator(k, inputs, [], order, null);
    const point = (): (Floats | Ints)[] => {
      const sums = new Sums(k, plan, 1);
      const reduced = (): void => combine(k, sources, sums.now[0], evaluator.values(inputs, null, 0, 1));
      cascade(k, reducedCounts, terms, walkWith(evaluator, sums), reduced, turnsOf(k));
      const [accumulators] = sums.now;
      return sums.results(accumulators.map((a) => a.position ?? a.value));
    };
    return { evaluator, point };
  });
}

/** Every thread takes a share of the kept points, and stores what is made of the results at each. */
function points(
  { keptCounts: kept, stores, outputs }: Plan,
  reducedText: string,
  reduced: (k: KernelBuilder) => { evaluator: Evaluator; point: () => (Floats | Ints)[] },
): Draft {
  const { items, shared, text } = shareLoops(kept);
  return {
    ...{ items, text: `${text};${reducedText}` },
    write(k) {
      const { evaluator, point } = reduced(k);
      const finisher = new Evaluator(k, outputs, stores, range(0, kept.length), null);
      const inside = (): void => {
        const values = finisher.values(outputs, null, 0, 1, point());
        stores.forEach((store, s) => {
          finisher.store(store, values[s], null, 0, 1);
        });
      };
      const both = (indices: readonly Int[], body: () => void): void =>
        enterAll(k, evaluator, indices, () => enterAll(k, finisher, indices, body));
      const loops = (counts: readonly number[]): void => {
        if (counts.length === 0) inside();
        else k.loop(0, counts[0], (i) => both([i], () => loops(counts.slice(1))));
      };
      if (kept.length === 0) inside();
      else
        k.loop(k.begin, k.end, (item) =>
          both(decode(k, item, kept.slice(0, shared)), () => loops(kept.slice(shared))),
        );
    },
  };
}

/** The accumulators of a kernel, so many sets at once; inside a level of a cascade the sums start anew. */
class Sums {
  now: Accumulators[];

  constructor(
    private readonly k: KernelBuilder,
    private readonly plan: Plan,
    sets: number,
  ) {
    this.now = range(0, sets).map(() => start(k, plan.sources));
  }

  level(body: () => void): void {
    const { k } = this;
    const { sources } = this.plan;
    const outer = this.now;
    this.now = outer.map((set) =>
      set.map((kept, s) => (isLossy(sources[s]) ? { value: k.variable(k.f32(0)), position: null } : kept)),
    );
    body();
    const inner = this.now;
    this.now = outer;
    outer.forEach((set, n) => {
      set.forEach(({ value }, s) => {
        if (isLossy(sources[s]))
          k.assign(value as Floats, k.add(value as Floats, inner[n][s].value as Floats));
      });
    });
  }

  /** Of values that are met several times, the sum of all. */
  results(values: readonly (Floats | Ints)[]): (Floats | Ints)[] {
    const { k } = this;
    const { sources, times } = this.plan;
    if (times === 1) return [...values];
    return values.map((value, s) => {
      if (sources[s].combine !== "sum") return value;
      return value.type === "i32" ? k.mul(value as Ints, k.i32(times)) : k.mul(value as Floats, k.f32(times));
    });
  }
}

/** How many terms a turn adds: none where nothing is summed in f32, and no chain is too long. */
const termsOf = ({ sources }: Plan, added: number): number => (sources.some(isLossy) ? added : 0);

/** Sums of whole numbers lose nothing. */
const isLossy = ({ combine, value }: Plan["sources"][number]): boolean =>
  combine === "sum" && resultType(value) === "f32";

/** The reduced loops, as the evaluator enters them. */
const walkWith = (evaluator: Evaluator, sums: Sums): Walk => ({
  enter: (_, i, body) => evaluator.enter(i, body),
  level: (body) => sums.level(body),
});

function neutral(k: KernelBuilder, combine: Combine, type: string): Floats | Ints {
  if (type !== "i32") return k.f32(identity[combine]);
  return k.i32(combine === "sum" ? 0 : combine === "min" ? 0x7fffffff : -0x80000000);
}

function start(k: KernelBuilder, sources: Plan["sources"]): Accumulators {
  return sources.map(({ combine, value, position }) => ({
    value: k.variable(neutral(k, combine, resultType(value)) as Floats),
    position: position ? k.variable(k.i32(0)) : null,
  }));
}

function join(
  k: KernelBuilder,
  how: "sum" | "max" | "min",
  a: Floats | Ints,
  b: Floats | Ints,
): Floats | Ints {
  const [x, y] = [a as Floats, b as Floats];
  if (how === "sum") return k.add(x, y);
  const extreme = how === "max" ? k.max(x, y) : k.min(x, y);
  // A NaN in `x` passes by itself, one in `y` has to be let through.
  return y.type === "f32" ? k.select(k.compare("ne", y, y), y, extreme) : extreme;
}

function combine(
  k: KernelBuilder,
  sources: Plan["sources"],
  accumulators: Accumulators,
  values: readonly Lanes[],
): void {
  let next = 0;
  sources.forEach((source, s) => {
    const accumulator = accumulators[s];
    const value = values[next++] as Floats;
    if (!accumulator.position || source.combine !== "argmax") {
      k.assign(
        accumulator.value as Floats,
        join(k, source.combine as "sum", accumulator.value, value) as Floats,
      );
      return;
    }
    const position = values[next++] as Ints;
    const best = accumulator.value as Floats;
    // Among equals the first in row order stays, and the first NaN whatever comes: `max` lets it pass, too.
    const notGreater = k.compare("le", value, best);
    const stays = value.type === "f32" ? k.or(notGreater, k.compare("ne", best, best)) : notGreater;
    k.assign(best, k.select(stays, best, value));
    k.assign(accumulator.position, k.select(stays, accumulator.position, position));
  });
}
