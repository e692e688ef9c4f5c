/** The micro-kernel: a tile of sums in registers, from its start over the whole inner depth to its stores. */

import type { KernelBuilder } from "../builder.js";
import type { Evaluator } from "../expression.js";
import type { Floats, Int, TargetDescription } from "../language.js";
import { enterAll } from "../loops.js";
import type { Cut, Tile, UnitRow } from "./cut.js";
import { type Axis, type Contraction, product, strideOfVectors } from "./shape.js";

/**
 * Where the depth is walked in one go, a tile stores its results. Where it is walked in turns, the place of the results
 * is cleared first and each turn adds its own sums to it, which start at zero. (One kernel that asks "is this the first
 * turn?" would do, but older engines then keep the sums in memory instead of registers.)
 */
export type Turn = "whole" | "clear" | "accumulate";

/** Columns that tiles are taken of: as many vectors as a tile has, the last of them maybe not full. */
export interface ColumnBlock {
  /** Where they start in B. */
  readonly b: Int;
  /** The first of them. */
  readonly column: Int;
  readonly width: number;
  readonly tile: Tile;
}

export class TileWriter {
  constructor(
    private readonly k: KernelBuilder,
    private readonly target: TargetDescription,
    private readonly spec: Contraction,
    private readonly cut: Cut,
    private readonly evaluator: Evaluator,
    /** How often the first loop over the inner depth turns, where the code is told. */
    private readonly turns?: Int,
  ) {}

  /** `units` units from `first` on × the vectors of a block; `a` is where their rows' axis starts in A. */
  write(
    turn: Turn,
    a: Int,
    first: Int,
    units: number,
    { b, column, width, tile: { vectors } }: ColumnBlock,
  ): void {
    const { k, spec, cut, target, evaluator } = this;
    const vectorStride = strideOfVectors(spec, target.lanes);
    const roots = spec.stores.map((store) => store.value);
    const unitStride = 4 * cut.unitAxis.a;
    const start = k.offset(a, first, unitStride);
    const rows = units * cut.unit.length;
    const rowOf = (r: number): { unit: number; row: UnitRow } => ({
      unit: Math.floor(r / cut.unit.length),
      row: cut.unit[r % cut.unit.length],
    });
    const displacements = Array.from({ length: rows }, (_, r) => {
      const { unit, row } = rowOf(r);
      return unit * unitStride + 4 * row.a;
    });
    const lanesOf = (v: number): number => Math.min(target.lanes, width - v * target.lanes);
    const eachRow = (body: (r: number) => void): void => {
      if (spec.rows.length === 0) body(0);
      else
        for (let r = 0; r < rows; r++) {
          const { unit, row } = rowOf(r);
          enterAll(k, evaluator, [k.plus(first, unit), ...row.indices.map((i) => k.int(i))], () => body(r));
        }
    };
    const eachVector = (body: (r: number, v: number) => void): void =>
      eachRow((r) => {
        for (let v = 0; v < vectors; v++) body(r, v);
      });
    if (turn === "clear") {
      eachVector((_, v) => evaluator.store(spec.stores[0], k.f32(0), column, v * target.lanes, lanesOf(v)));
      return;
    }
    const zeros = (): Floats[][] =>
      Array.from({ length: rows }, () => Array.from({ length: vectors }, () => k.variable(k.f32(0))));
    const ahead = this.#prefetches(vectors);
    const unroll = Math.max(1, Math.min(mostUnrolled, Math.floor(target.turn / (rows * vectors))));
    const along = (axes: readonly Axis[], sums: Floats[][], pa: Int, pb: Int): void =>
      walk({ k, unroll, turns: this.turns }, axes, pa, pb, 0, 0, (pa, pb, da, db) => {
        const factors = Array.from(
          { length: vectors },
          (_, v) => k.load("f32", pb, { displacement: db + 4 * v * vectorStride }) as Floats,
        );
        if (ahead) for (let v = 0; v < vectors; v++) k.prefetch(pb, db + 4 * (v + vectors) * vectorStride);
        for (let r = 0; r < rows; r++) {
          const x = k.load("f32", pa, { displacement: da + displacements[r], access: "splat" }) as Floats;
          for (let v = 0; v < vectors; v++) k.assign(sums[r][v], k.fma(x, factors[v], sums[r][v]));
        }
      });
    const totals = zeros();
    const inChains = (axes: readonly Axis[], into: Floats[][], pa: Int, pb: Int): void => {
      const depth = product(axes);
      if (depth <= longestChain) {
        along(axes, into, pa, pb);
        return;
      }
      let most = longestChain;
      while (most * fewChains < depth) most *= fewChains;
      const chain = (axes: readonly Axis[], pa: Int, pb: Int): void => {
        const sums = zeros();
        inChains(axes, sums, pa, pb);
        eachVector((r, v) => k.assign(into[r][v], k.add(into[r][v], sums[r][v])));
      };
      const cutInto = (axes: readonly Axis[], pa: Int, pb: Int): void => {
        if (product(axes) <= most) {
          chain(axes, pa, pb);
          return;
        }
        const [axis, ...rest] = axes;
        const part = partOf(axis.count, Math.max(1, Math.floor(most / product(rest))));
        const whole = Math.floor(axis.count / part);
        const piece = (count: number): Axis[] => (count === 1 ? rest : [{ ...axis, count }, ...rest]);
        k.loop(0, whole, (i) =>
          cutInto(piece(part), k.offset(pa, i, 4 * part * axis.a), k.offset(pb, i, 4 * part * axis.b)),
        );
        const [left, done] = [axis.count - whole * part, 4 * whole * part];
        if (left > 0) cutInto(piece(left), k.plus(pa, done * axis.a), k.plus(pb, done * axis.b));
      };
      cutInto(axes, pa, pb);
    };
    inChains(cut.innerDepth, totals, start, b);
    eachVector((r, v) => {
      const lanes = lanesOf(v);
      const before =
        turn === "accumulate" ? evaluator.reload(spec.stores[0], column, v * target.lanes) : null;
      const sum = before ? k.add(before, totals[r][v]) : totals[r][v];
      const values = evaluator.values(roots, column, v * target.lanes, lanes, [sum]);
      spec.stores.forEach((store, s) => {
        evaluator.store(store, values[s], column, v * target.lanes, lanes);
      });
    });
  }

  /**
   * Whether the next block of columns is asked for while this one is worked on: where B is packed and so large
   * that it comes from afar, as the filters of a deep layer do with every picture.
   */
  #prefetches(vectors: number): boolean {
    const { spec, target } = this;
    const vectorStride = strideOfVectors(spec, target.lanes);
    const distance = 4 * vectors * vectorStride;
    return vectorStride !== target.lanes && isFarOff(spec) && distance < 2 ** 30;
  }
}

/** Whether B is so large that it does not stay near. */
export const isFarOff = ({ columns, depth }: Contraction): boolean => 4 * columns * product(depth) >= 2 ** 18;

/** The most steps of the innermost loop that are written out in one turn. */
const mostUnrolled = 8;

/** True where the depth is one chain, in loops: code may be told how often the first of them turns. */
export const isOneChain = (axes: readonly Axis[]): boolean =>
  product(axes) <= longestChain && product(axes) > mostUnrolled;

/**
 * So many products are added one by one; of longer depths the sums of such chains are, so that an error does not grow
 * with the depth. Between two chains the totals are in memory, and cost one part in a hundred.
 */
const longestChain = 512;
/** The sums of so many chains are one chain again. */
const fewChains = 64;

/** How much of a loop is one chain: a divisor where there is one that is not much shorter, so that nothing is left. */
function partOf(count: number, most: number): number {
  for (let part = Math.min(count, most); 2 * part > most; part--) if (count % part === 0) return part;
  return Math.min(count, most);
}

/** Nested depth loops, the innermost unrolled, all of them where they are short. */
function walk(
  how: { k: KernelBuilder; unroll: number; turns?: Int },
  axes: readonly Axis[],
  a: Int,
  b: Int,
  da: number,
  db: number,
  step: (a: Int, b: Int, da: number, db: number) => void,
): void {
  if (axes.length === 0) {
    step(a, b, da, db);
    return;
  }
  const { k, unroll, turns } = how;
  const [axis, ...rest] = axes;
  const inside = product(rest);
  const once = (pa: Int, pb: Int, i: number): void =>
    walk({ k, unroll }, rest, pa, pb, da + 4 * i * axis.a, db + 4 * i * axis.b, step);
  if (axis.count * inside <= Math.max(3, unroll)) {
    for (let i = 0; i < axis.count; i++) once(a, b, i);
    return;
  }
  const steps = rest.length === 0 ? unroll : 1;
  const some = (from: Int | number, to: Int | number, steps: number): void =>
    k.loop(
      from,
      to,
      (i) => {
        const pa = k.offset(a, i, 4 * axis.a);
        const pb = k.offset(b, i, 4 * axis.b);
        for (let u = 0; u < steps; u++) once(pa, pb, u);
      },
      steps,
    );
  if (turns) {
    const whole = k.sub(turns, k.divide(turns, steps).remainder);
    some(0, whole, steps);
    if (steps > 1) some(whole, turns, 1);
    return;
  }
  const whole = Math.floor(axis.count / steps) * steps;
  some(0, whole, steps);
  for (let i = whole; i < axis.count; i++) once(a, b, i);
}
