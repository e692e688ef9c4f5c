/** Columns side by side, whose lanes lie along the last loop over results: in blocks, which threads share. */
import type { KernelBuilder } from "./builder.js";
import type { Draft } from "./draft.js";
import type { Evaluator } from "./expression.js";
import type { Int } from "./language.js";
import { decode, enterAll, nest, shareLoops } from "./loops.js";

export interface Columns {
  /** Loops over results around them. */
  readonly outer: readonly number[];
  /** How many columns there are, and how many a block has. */
  readonly count: number;
  readonly block: number;
}

interface ColumnLoops extends Pick<Draft, "items" | "text" | "told"> {
  /** @param column  writes `width` columns from `index` + `shift` on; null: from `shift` on */
  write(
    k: KernelBuilder,
    evaluator: Evaluator,
    column: (index: Int | null, shift: number, width: number) => void,
  ): void;
}

/** The loops around columns. */
export function columnsInBlocks({ outer, count: columns, block }: Columns): ColumnLoops {
  const whole = Math.floor(columns / block);
  const rest = columns - whole * block;
  if (outer.length === 0 && whole > 0) {
    // One long loop: threads share its blocks, the last one also does the rest.
    return {
      ...{ items: whole, text: `blocks and ${rest}`, told: [whole] },
      write(k, _, column) {
        const indexOf = (n: Int): Int => k.offset(k.int(0), n, block);
        k.loop(k.begin, k.end, (n) => column(indexOf(n), 0, block));
        if (rest > 0) k.when(k.compare("eq", k.end, k.told(0)), () => column(indexOf(k.end), 0, rest));
      },
    };
  }
  const { items, shared, text } = shareLoops(outer);
  return {
    ...{ items, text: `${text};${columns}`, told: [0] },
    write(k, evaluator, column) {
      const line = (): void => {
        if (whole === 1) column(null, 0, block);
        else if (whole > 1) k.loop(0, whole, (n) => column(k.offset(k.int(0), n, block), 0, block));
        if (rest > 0) column(null, whole * block, rest);
      };
      if (outer.length === 0) line();
      else
        k.loop(k.begin, k.end, (item) =>
          enterAll(k, evaluator, decode(k, item, outer.slice(0, shared)), () =>
            nest(k, evaluator, outer.slice(shared), line),
          ),
        );
    },
  };
}
