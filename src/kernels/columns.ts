/** Columns side by side, whose lanes lie along the last loop over results: in blocks, which threads share. */
import type { KernelBuilder } from "./builder.js";
import type { Evaluator } from "./expression.js";
import type { Int } from "./language.js";
import { decode, enterAll, nest, shareLoops } from "./map.js";

export interface Columns {
  /** Loops over results around them. */
  readonly outer: readonly number[];
  /** How many columns there are, and how many a block has. */
  readonly count: number;
  readonly block: number;
}

/**
 * Writes the loops around columns.
 *
 * @param column  writes `width` columns from `index` + `shift` on; null: from `shift` on
 * @returns       how many items threads can share
 */
export function columnsInBlocks(
  k: KernelBuilder,
  evaluator: Evaluator,
  { outer, count, block }: Columns,
  column: (index: Int | null, shift: number, width: number) => void,
): number {
  const whole = Math.floor(count / block);
  const blocks = (from: Int | number, to: Int | number): void =>
    k.loop(from, to, (i) => column(k.offset(k.int(0), i, block), 0, block));
  const rest = (): void => {
    if (whole * block < count) column(null, whole * block, count - whole * block);
  };
  if (outer.length === 0) {
    const items = Math.max(1, whole);
    if (whole > 0) blocks(k.begin, k.end);
    if (whole * block < count) k.when(k.compare("eq", k.end, k.int(items)), rest);
    return items;
  }
  const { items, shared } = shareLoops(outer);
  k.loop(k.begin, k.end, (item) =>
    enterAll(k, evaluator, decode(k, item, outer.slice(0, shared)), () =>
      nest(k, evaluator, outer.slice(shared), () => {
        if (whole === 1) column(null, 0, block);
        else if (whole > 1) blocks(0, whole);
        rest();
      }),
    ),
  );
  return items;
}
