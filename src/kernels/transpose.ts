/**
 * Copies whose elements lie side by side along one dimension where they are read, and along another where they are
 * written: a filter with its channels and filters exchanged. Squares of vectors are turned in registers, so that
 * both sides are read and written whole.
 */

import type { KernelBuilder } from "./builder.js";
import { collapse } from "./collapse.js";
import type { Draft } from "./draft.js";
import type { Expression, Store } from "./expression.js";
import type { Floats, Int, TargetDescription } from "./language.js";
import { decode, shareLoops } from "./loops.js";

/** The loops of such a copy, with the strides of both sides in elements. */
interface Turn {
  /** All loops but the two that are turned. */
  readonly outer: readonly Loop[];
  /** Along it the elements that are read are neighbours. */
  readonly read: Loop;
  /** Along it those that are written are. */
  readonly written: Loop;
  readonly from: number;
  readonly to: number;
  readonly buffers: { readonly from: number; readonly to: number };
}

interface Loop {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** The turning copy that the stores are; null where they are something else. */
function turnIn(target: TargetDescription, space: readonly number[], stores: readonly Store[]): Turn | null {
  if (stores.length !== 1) return null;
  const { dimensions, body } = collapse(
    space.map((count) => ({ count, role: 0 })),
    { roots: [stores[0].value], stores },
  );
  const [store] = body.stores;
  const value: Expression = store.value;
  if (value.kind !== "load" || value.type !== "f32" || store.type !== "f32") return null;
  const loops = dimensions.map(
    ({ count }, d): Loop => ({ count, from: value.at.strides[d], to: store.at.strides[d] }),
  );
  const read = loops.find((loop) => loop.from === 1 && loop.to !== 1);
  const written = loops.find((loop) => loop.to === 1 && loop.from !== 1);
  // Short sides would leave most of a square empty.
  if (!read || !written || Math.min(read.count, written.count) < target.lanes) return null;
  return {
    outer: loops.filter((loop) => loop !== read && loop !== written),
    read,
    written,
    from: value.at.offset,
    to: store.at.offset,
    buffers: { from: value.buffer, to: store.buffer },
  };
}

/** @returns null where the stores are no such copy */
export function transposeKernel(
  target: TargetDescription,
  space: readonly number[],
  stores: readonly Store[],
): Draft | null {
  const turn = turnIn(target, space, stores);
  if (!turn) return null;
  const { lanes } = target;
  const { read, written, outer } = turn;
  const counts = [...outer.map((loop) => loop.count), Math.ceil(read.count / lanes)];
  const { items, shared, text } = shareLoops(counts);
  return {
    // Of the first loop only how far apart its turns are.
    text: `transpose ${text} ${JSON.stringify({ ...turn, outer: outer.map((loop) => ({ ...loop, count: 0 })) })}`,
    items,
    write(k) {
      const source = k.plus(k.argument(turn.buffers.from), 4 * turn.from);
      const result = k.plus(k.argument(turn.buffers.to), 4 * turn.to);

      /** A square, or the part of one at an end: so many vectors of so many elements. */
      const square = (from: Int, to: Int, reads: number, writes: number): void => {
        // Rows beyond the end repeat the last one, and are turned into lanes that are not stored.
        const rows = Array.from({ length: lanes }, (_, r) =>
          k.load("f32", from, { displacement: 4 * Math.min(r, writes - 1) * written.from }),
        ) as Floats[];
        turned(k, rows)
          .slice(0, reads)
          .forEach((vector, c) => {
            k.store("f32", to, vector, { displacement: 4 * c * read.to, lanes: writes });
          });
      };
      /** Along one side: the whole squares in a loop, then the rest. */
      const along = (loop: Loop, first: Int | null, body: (start: Int, extent: number) => void): void => {
        const whole = Math.floor(loop.count / lanes);
        const rest = loop.count - whole * lanes;
        if (first) {
          // One of the squares along this side: which one is known at run time only.
          const start = k.mul(first, k.int(lanes));
          if (rest === 0) body(start, lanes);
          else
            k.when(
              k.compare("lt", first, k.int(whole)),
              () => body(start, lanes),
              () => body(k.int(whole * lanes), rest),
            );
          return;
        }
        k.loop(0, whole * lanes, (start) => body(start, lanes), lanes);
        if (rest > 0) body(k.int(whole * lanes), rest);
      };

      const walk = (remaining: readonly Loop[], from: Int, to: Int, index: Int | null): void => {
        if (remaining.length > 0) {
          const [loop, ...others] = remaining;
          k.repeat(loop.count, (i) =>
            walk(others, k.offset(from, i, 4 * loop.from), k.offset(to, i, 4 * loop.to), index),
          );
          return;
        }
        along(read, index, (r, reads) => {
          const [rowFrom, rowTo] = [k.offset(from, r, 4), k.offset(to, r, 4 * read.to)];
          along(written, null, (w, writes) =>
            square(k.offset(rowFrom, w, 4 * written.from), k.offset(rowTo, w, 4), reads, writes),
          );
        });
      };
      k.loop(k.begin, k.end, (item) => {
        const indices = decode(k, item, counts.slice(0, shared));
        let [from, to] = [source, result];
        outer.slice(0, shared).forEach((loop, d) => {
          from = k.offset(from, indices[d], 4 * loop.from);
          to = k.offset(to, indices[d], 4 * loop.to);
        });
        walk(outer.slice(shared), from, to, shared > outer.length ? indices[outer.length] : null);
      });
    },
  };
}

/**
 * A square turned round its diagonal. An element is at (row bits, lane bits); interleaving row i with row i + n/2
 * rotates these bits by one place, so after as many rounds as there are bits in a lane number, they have changed
 * sides.
 */
function turned(k: KernelBuilder, rows: readonly Floats[]): readonly Floats[] {
  const half = rows.length / 2;
  let vectors = rows;
  for (let n = rows.length; n > 1; n /= 2)
    vectors = Array.from({ length: half }, (_, i) => [
      k.zip("low", vectors[i], vectors[i + half]),
      k.zip("high", vectors[i], vectors[i + half]),
    ]).flat();
  return vectors;
}
