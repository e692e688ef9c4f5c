/**
 * Small squares multiplied by a constant matrix from both sides, R = L·X·Lᵀ, a lane a channel: the transforms around
 * the products of Winograd's convolution. A row of L·X is made from loads and multiplied by Lᵀ while it is in
 * registers; the square itself would not fit there.
 */

import type { Draft } from "./draft.js";
import { Evaluator, type Store, type Strided } from "./expression.js";
import type { Floats, Int, TargetDescription } from "./language.js";
import { decode, enterAll, shareLoops } from "./loops.js";
import { matrices } from "./winograd.js";

export interface Squares {
  readonly matrix: keyof typeof matrices;
  /** Loops over the squares. */
  readonly outer: readonly number[];
  readonly channels: number;
  /** Over [...outer, vector of channels, row, column, channel] of X; the buffer is argument 0. */
  readonly from: Strided;
  /** Over [...outer, vector of channels, row, column, channel] of R, which is the first result. */
  readonly stores: readonly Store[];
  /** How many rows and columns of R exist in the last squares along the last two loops. */
  readonly last: readonly [rows: number, columns: number];
}

/** From so many registers on, rows of L that share sums are computed together. */
const enoughRegisters = 32;

export function squaresKernel(target: TargetDescription, spec: Squares): Draft {
  const matrix = matrices[spec.matrix];
  const { outer } = spec;
  const [rows, columns] = spec.last;
  const { stores } = spec;
  const roots = stores.map((s) => s.value);
  const { items, shared, text } = shareLoops(outer);
  // How far the last two loops run decides where a square sticks out.
  const { channels, from, last } = spec;
  const shape = JSON.stringify([outer.slice(-2), channels, from, last]);
  return {
    text: `squares ${spec.matrix} ${text} ${outer.length} ${shape}`,
    stores,
    items,
    write(k) {
      const loops = outer.length + 3;
      const evaluator = new Evaluator(
        k,
        roots,
        stores,
        Array.from({ length: loops }, (_, d) => d),
        loops,
      );
      const { strides } = spec.from;
      const [forward, down, right, across] = strides.slice(-4);
      const start = k.plus(k.argument(0), 4 * spec.from.offset);

      const square = (from: Int, lanes: number, height: number, width: number): void => {
        const load = (i: number, j: number): Floats =>
          k.load("f32", from, {
            displacement: 4 * (i * down + j * right),
            access: across === 1 ? "vector" : "lanes",
            stride: 4 * across,
            lanes,
          }) as Floats;
        const finish = (row: number, entries: readonly Floats[]): void =>
          evaluator.enter(k.int(row), () => {
            for (const part of matrix.parts) {
              const products = part.products(k, (i) => entries[i]);
              part.rows.forEach((column, i) => {
                if (column >= width) return;
                evaluator.enter(k.int(column), () => {
                  const values = evaluator.values(roots, null, 0, lanes, [products[i]()]);
                  stores.forEach((store, s) => {
                    evaluator.store(store, values[s], null, 0, lanes);
                  });
                });
              });
            }
          });
        for (const part of matrix.parts) {
          const wanted = part.rows.flatMap((row, i) => (row < height ? [i] : []));
          const together = target.registers >= enoughRegisters ? [wanted] : wanted.map((i) => [i]);
          for (const some of together) {
            const entries: Floats[][] = some.map(() => []);
            for (let j = 0; j < matrix.columns; j++) {
              const products = part.products(k, (i) => load(i, j));
              some.forEach((i, n) => {
                entries[n].push(products[i]());
              });
            }
            some.forEach((i, n) => {
              finish(part.rows[i], entries[n]);
            });
          }
        }
      };
      const vectors = Math.floor(spec.channels / target.lanes);
      const rest = spec.channels - vectors * target.lanes;
      const allChannels = (from: Int, height: number, width: number): void => {
        k.repeat(vectors, (v) =>
          evaluator.enter(v, () => square(k.offset(from, v, 4 * forward), target.lanes, height, width)),
        );
        if (rest === 0) return;
        const after = k.plus(from, 4 * vectors * forward);
        evaluator.enter(k.int(vectors), () => square(after, rest, height, width));
      };
      /** At one place: squares at the end of a picture may stick out of it. */
      const place = (indices: readonly Int[], from: Int): void => {
        const [y, x] = indices.slice(-2);
        const [endY, endX] = outer.slice(-2).map((count) => count - 1);
        const cutTo = (
          index: Int,
          end: number,
          whole: number,
          left: number,
          body: (size: number) => void,
        ): void => {
          if (left === whole) body(whole);
          else
            k.when(
              k.compare("lt", index, k.int(end)),
              () => body(whole),
              () => body(left),
            );
        };
        cutTo(y, endY, matrix.rows, rows, (height) =>
          cutTo(x, endX, matrix.rows, columns, (width) => allChannels(from, height, width)),
        );
      };
      const advance = (from: Int, index: Int, d: number): Int => k.offset(from, index, 4 * strides[d]);
      const walk = (indices: readonly Int[], from: Int): void => {
        const d = indices.length;
        if (d === outer.length) place(indices, from);
        else k.repeat(outer[d], (i) => evaluator.enter(i, () => walk([...indices, i], advance(from, i, d))));
      };
      k.loop(k.begin, k.end, (item) => {
        const indices = decode(k, item, outer.slice(0, shared));
        enterAll(k, evaluator, indices, () => walk(indices, indices.reduce(advance, start)));
      });
    },
  };
}
