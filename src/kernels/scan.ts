/** Running sums (prefix sums, a scan): each thread walks whole lines, a lane a line. */
import { collapse } from "./collapse.js";
import { columnsInBlocks } from "./columns.js";
import type { Draft } from "./draft.js";
import { Evaluator, type Expression, resultType, type Store } from "./expression.js";
import type { Floats, Ints, TargetDescription } from "./language.js";
import { nest } from "./loops.js";

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
export function scanKernel({ lanes }: TargetDescription, scan: Scan): Draft {
  const roots = [scan.value, ...scan.stores.map((s) => s.value)];
  const { dimensions, body } = collapse(
    [...scan.kept.map((count) => ({ count, role: 0 })), ...scan.scanned.map((count) => ({ count, role: 1 }))],
    { roots, stores: scan.stores },
  );
  const counts = (role: number): number[] => dimensions.filter((d) => d.role === role).map((d) => d.count);
  const [kept, scanned] = [counts(0), counts(1)];
  const [value, ...outputs] = body.roots;
  const outer = kept.slice(0, -1);
  const inner = kept.length - 1;
  const order = [...outer.keys(), ...scanned.map((_, d) => kept.length + d)];
  const isFloat = resultType(value) === "f32";
  const block = together * lanes;
  const loops = columnsInBlocks({ outer, count: kept[inner] ?? 1, block });
  return {
    ...loops,
    text: `scan ${inner < 0} ${scan.exclusive} ${scanned};${loops.text}`,
    values: [value],
    stores: body.stores,
    write(k) {
      const evaluator = new Evaluator(k, body.roots, body.stores, order, inner < 0 ? null : inner);
      loops.write(k, evaluator, (index, shift, width) => {
        const pieces = Array.from({ length: Math.ceil(width / lanes) }, (_, p) => ({
          shift: shift + p * lanes,
          some: Math.min(lanes, width - p * lanes),
          sum: k.variable<"f32" | "i32">(isFloat ? k.f32(0) : k.i32(0)),
        }));
        nest(k, evaluator, scanned, () => {
          for (const { shift, some, sum } of pieces) {
            const [term] = evaluator.values([value], index, shift, some) as (Floats | Ints)[];
            const next = k.add<"f32" | "i32">(sum, term);
            // A variable changes when it is assigned to: what comes before is stored before.
            if (!scan.exclusive) k.assign(sum, next);
            const results = evaluator.values(outputs, index, shift, some, [sum as Floats]);
            body.stores.forEach((store, s) => {
              evaluator.store(store, results[s], index, shift, some);
            });
            if (scan.exclusive) k.assign(sum, next);
          }
        });
      });
    },
  };
}
