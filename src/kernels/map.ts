import { collapse } from "./collapse.js";
import { columnsInBlocks } from "./columns.js";
import type { Draft } from "./draft.js";
import { Evaluator, type Store } from "./expression.js";
import type { TargetDescription } from "./language.js";

/** Vectors handled by one turn of the innermost loop. */
const unroll = 2;

/** Element-wise work: at each point of the index space, every store's expression into its place. */
export function mapKernel(
  target: TargetDescription,
  space: readonly number[],
  stores: readonly Store[],
): Draft {
  const { lanes } = target;
  const { dimensions, body } = collapse(
    space.map((count) => ({ count, role: 0 })),
    { roots: stores.map((s) => s.value), stores },
  );
  const counts = dimensions.map((d) => d.count);
  const outer = counts.slice(0, -1);
  const loops = columnsInBlocks({ outer, count: counts.at(-1) ?? 1, block: lanes * unroll });
  return {
    ...loops,
    text: `map ${loops.text}`,
    stores: body.stores,
    write(k) {
      const vectorDimension = counts.length === 0 ? null : outer.length;
      const evaluator = new Evaluator(k, body.roots, body.stores, [...outer.keys()], vectorDimension);
      loops.write(k, evaluator, (index, start, width) => {
        for (let done = 0; done < width; done += lanes) {
          const [shift, some] = [start + done, Math.min(lanes, width - done)];
          const values = evaluator.values(body.roots, index, shift, some);
          body.stores.forEach((store, s) => {
            evaluator.store(store, values[s], index, shift, some);
          });
        }
      });
    },
  };
}
