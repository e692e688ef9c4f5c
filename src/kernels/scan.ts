/** Running sums (prefix sums, a scan): each thread walks whole lines, a lane a line. */
import { KernelBuilder } from "./builder.js";
import { collapse } from "./collapse.js";
import { columnsInBlocks } from "./columns.js";
import { Evaluator, type Expression, resultType, type Store } from "./expression.js";
import type { Floats, Int, Ints, TargetDescription } from "./language.js";
import { type Generated, nest } from "./map.js";

export interface Scan {
  /** Loops over the lines. */
  readonly kept: readonly number[];
  /** Loops along a line, the last one running fastest. */
  readonly scanned: readonly number[];
  /** Each sum is of what comes before, without the value itself. */
  readonly exclusive: boolean;
  readonly value: Expression;
  /** The running sum is the first result. */
  readonly stores: readonly Store[];
}

/** Vectors of lines that are walked at once, so that one addition need not wait for the one before. */
const together = 4;

/**
 * The sums of a line are added one by one, so lines are short (`ops/cumsum.ts` cuts them). Lanes lie along the last kept
 * loop; where there is none, one line is walked.
 */
export function scanKernel(target: TargetDescription, name: string, scan: Scan): Generated {
  const roots = [scan.value, ...scan.stores.map((s) => s.value)];
  const { dimensions, body } = collapse(
    [...scan.kept.map((count) => ({ count, role: 0 })), ...scan.scanned.map((count) => ({ count, role: 1 }))],
    { roots, stores: scan.stores },
  );
  const counts = (role: number): number[] => dimensions.filter((d) => d.role === role).map((d) => d.count);
  const [kept, scanned] = [counts(0), counts(1)];
  const [value, ...outputs] = body.roots;
  const k = new KernelBuilder(target);
  const outer = kept.slice(0, -1);
  const inner = kept.length - 1;
  const order = [...outer.keys(), ...scanned.map((_, d) => kept.length + d)];
  const evaluator = new Evaluator(k, body.roots, body.stores, order, inner < 0 ? null : inner);
  const isFloat = resultType(value) === "f32";

  const lines = (index: Int | null, shift: number, width: number): void => {
    const pieces = Array.from({ length: Math.ceil(width / k.lanes) }, (_, p) => ({
      shift: shift + p * k.lanes,
      lanes: Math.min(k.lanes, width - p * k.lanes),
      sum: k.variable<"f32" | "i32">(isFloat ? k.f32(0) : k.i32(0)),
    }));
    nest(k, evaluator, scanned, () => {
      for (const { shift, lanes, sum } of pieces) {
        const [term] = evaluator.values([value], index, shift, lanes) as (Floats | Ints)[];
        const next = k.add<"f32" | "i32">(sum, term);
        // A variable changes when it is assigned to: what comes before is stored before.
        if (!scan.exclusive) k.assign(sum, next);
        const results = evaluator.values(outputs, index, shift, lanes, [sum as Floats]);
        body.stores.forEach((store, s) => {
          evaluator.store(store, results[s], index, shift, lanes);
        });
        if (scan.exclusive) k.assign(sum, next);
      }
    });
  };
  if (inner < 0) {
    lines(null, 0, 1);
    return { kernel: k.finish(name), items: 1 };
  }
  const columns = { outer, count: kept[inner], block: together * k.lanes };
  const items = columnsInBlocks(k, evaluator, columns, lines);
  return { kernel: k.finish(name), items };
}
