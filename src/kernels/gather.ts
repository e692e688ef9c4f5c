import type { KernelBuilder } from "./builder.js";
import type { Draft } from "./draft.js";
import { bytesOf, type Floats, type Format, type Int, type Lanes } from "./language.js";
import { decode } from "./loops.js";

/** Slices of one axis picked by index: `outer` blocks of `extent` slices, each of `inner` neighbouring elements. */
export interface Picking {
  readonly outer: number;
  /** Length of the picked axis in the source. */
  readonly extent: number;
  readonly inner: number;
  /** How many slices are picked. */
  readonly count: number;
}

/** Writes the kernel of an operation that picks: it comes with the operation, so that nobody else loads it. */
export type PickingGenerator = (format: Format, picking: Picking) => Draft;

/**
 * y[o, j, :] = x[o, index[j], :]; where the index is outside the axis, NaN (0 for integers).
 * Buffers: x, index (i32), y.
 */
export function gatherKernel(format: Format, { outer, extent, inner, count }: Picking): Draft {
  const bytes = bytesOf[format];
  return {
    text: `gather ${format} ${outer === 1} ${inner}`,
    items: outer * count,
    told: [extent, count],
    write(k) {
      const [x, index, y] = [k.argument(0), k.argument(1), k.argument(2)];
      const missing: Lanes = format === "f32" ? k.f32(Number.NaN) : k.i32(0);
      k.loop(k.begin, k.end, (item) => {
        const [o, j] = outer === 1 ? [k.int(0), item] : decode(k, item, [outer, k.told(1)]);
        const picked = k.loadInt(k.offset(index, j, 4));
        const to = k.offset(y, item, inner * bytes);
        const inside = insideRange(k, picked, k.told(0));
        k.when(
          inside,
          () => {
            const from = k.offset(x, k.add(k.mul(o, k.told(0)), picked), inner * bytes);
            elements(k, inner, (i, lanes) => {
              const value = k.load(format, k.offset(from, i, bytes), {
                lanes,
                access: lanes === 1 ? "splat" : "vector",
              });
              k.store(format, k.offset(to, i, bytes), value, { lanes });
            });
          },
          () => elements(k, inner, (i, lanes) => k.store(format, k.offset(to, i, bytes), missing, { lanes })),
        );
      });
    },
  };
}

/**
 * The gradient of gather: x[o, index[j], :] += y[o, j, :] in the order of j, into an x of zeros. Threads share the
 * rows of x, so that no two write to one place and the order is fixed. Buffers: y, index (i32), x.
 */
export const scatterAddKernel: PickingGenerator = (_, picking) => toPlaces(true, "f32", picking);

/** x[o, index[j], :] = y[o, j, :] in the same way, into an x that has its values: of several for one place the last stays. */
export const putSlicesKernel: PickingGenerator = (...given) => toPlaces(false, ...given);

function toPlaces(adds: boolean, format: Format, { outer, extent, inner, count }: Picking): Draft {
  const bytes = bytesOf[format];
  const parts = Math.min(extent, 16);
  const rows = Math.ceil(extent / parts);
  return {
    text: `${adds ? "add" : "put"} ${format} ${inner}`,
    items: outer * parts,
    told: [extent, count, parts, rows],
    write(k) {
      const [y, index, x] = [k.argument(0), k.argument(1), k.argument(2)];
      k.loop(k.begin, k.end, (item) => {
        const [o, part] = decode(k, item, [outer, k.told(2)]);
        const low = k.mul(part, k.told(3));
        const high = k.min(k.add(low, k.told(3)), k.told(0));
        const block = k.offset(x, k.mul(o, k.told(0)), inner * bytes);
        const given = k.offset(y, k.mul(o, k.told(1)), inner * bytes);
        if (adds)
          k.loop(low, high, (row) => {
            const to = k.offset(block, row, inner * bytes);
            elements(k, inner, (i, lanes) => k.store("f32", k.offset(to, i, bytes), k.f32(0), { lanes }));
          });
        k.loop(0, k.told(1), (j) => {
          const picked = k.loadInt(k.offset(index, j, 4));
          k.when(k.compare("ge", picked, low), () =>
            k.when(k.compare("lt", picked, high), () => {
              const from = k.offset(given, j, inner * bytes);
              const to = k.offset(block, picked, inner * bytes);
              elements(k, inner, (i, lanes) => {
                const load = (pointer: Int) =>
                  k.load(format, k.offset(pointer, i, bytes), {
                    lanes,
                    access: lanes === 1 ? "splat" : "vector",
                  });
                const value = load(from);
                const sum = adds ? k.add<"f32">(load(to) as Floats, value as Floats) : value;
                k.store(format, k.offset(to, i, bytes), sum, { lanes });
              });
            }),
          );
        });
      });
    },
  };
}

/** Whole vectors, then single elements. */
function elements(k: KernelBuilder, count: number, body: (i: Int, lanes: number) => void): void {
  const whole = Math.floor(count / k.lanes) * k.lanes;
  if (whole > 0) k.loop(0, whole, (i) => body(i, k.lanes), k.lanes);
  if (whole < count) k.loop(whole, count, (i) => body(i, 1));
}

function insideRange(k: KernelBuilder, index: Int, extent: Int): Int {
  return k.mul(k.compare("ge", index, k.int(0)), k.compare("lt", index, extent));
}
