import { KernelBuilder } from "./builder.js";
import {
  bytesOf,
  type Floats,
  type Format,
  type Int,
  type Lanes,
  type TargetDescription,
} from "./language.js";
import { decode, type Generated } from "./map.js";

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
export type PickingGenerator = (
  target: TargetDescription,
  name: string,
  format: Format,
  picking: Picking,
) => Generated;

/**
 * y[o, j, :] = x[o, index[j], :]; where the index is outside the axis, NaN (0 for integers).
 * Buffers: x, index (i32), y.
 */
export function gatherKernel(
  target: TargetDescription,
  name: string,
  format: Format,
  { outer, extent, inner, count }: Picking,
): Generated {
  const k = new KernelBuilder(target);
  const bytes = bytesOf[format];
  const [x, index, y] = [k.argument(0), k.argument(1), k.argument(2)];
  const missing: Lanes = format === "f32" ? k.f32(Number.NaN) : k.i32(0);
  k.loop(k.begin, k.end, (item) => {
    const [o, j] = decode(k, item, [outer, count]);
    const picked = k.loadInt(k.offset(index, j, 4));
    const to = k.offset(y, item, inner * bytes);
    const inside = insideRange(k, picked, extent);
    k.when(
      inside,
      () => {
        const from = k.offset(k.offset(x, o, extent * inner * bytes), picked, inner * bytes);
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
  return { kernel: k.finish(name), items: outer * count };
}

/**
 * The gradient of gather: x[o, index[j], :] += y[o, j, :] in the order of j, into an x of zeros. Threads share the
 * rows of x, so that no two write to one place and the order is fixed. Buffers: y, index (i32), x.
 */
export const scatterAddKernel: PickingGenerator = (...given) => toPlaces(true, ...given);

/** x[o, index[j], :] = y[o, j, :] in the same way, into an x that has its values: of several for one place the last stays. */
export const putSlicesKernel: PickingGenerator = (...given) => toPlaces(false, ...given);

function toPlaces(
  adds: boolean,
  target: TargetDescription,
  name: string,
  format: Format,
  { outer, extent, inner, count }: Picking,
): Generated {
  const k = new KernelBuilder(target);
  const bytes = bytesOf[format];
  const [y, index, x] = [k.argument(0), k.argument(1), k.argument(2)];
  const parts = Math.min(extent, 16);
  const rows = Math.ceil(extent / parts);
  k.loop(k.begin, k.end, (item) => {
    const [o, part] = decode(k, item, [outer, parts]);
    const low = k.mul(part, k.int(rows));
    const high = k.min(k.plus(low, rows), k.int(extent));
    const block = k.offset(x, o, extent * inner * bytes);
    if (adds)
      k.loop(low, high, (row) => {
        const to = k.offset(block, row, inner * bytes);
        elements(k, inner, (i, lanes) => k.store("f32", k.offset(to, i, bytes), k.f32(0), { lanes }));
      });
    k.loop(0, count, (j) => {
      const picked = k.loadInt(k.offset(index, j, 4));
      k.when(k.compare("ge", picked, low), () =>
        k.when(k.compare("lt", picked, high), () => {
          const from = k.offset(k.offset(y, o, count * inner * bytes), j, inner * bytes);
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
  return { kernel: k.finish(name), items: outer * parts };
}

/** Whole vectors, then single elements. */
function elements(k: KernelBuilder, count: number, body: (i: Int, lanes: number) => void): void {
  const whole = Math.floor(count / k.lanes) * k.lanes;
  if (whole > 0) k.loop(0, whole, (i) => body(i, k.lanes), k.lanes);
  if (whole < count) k.loop(whole, count, (i) => body(i, 1));
}

function insideRange(k: KernelBuilder, index: Int, extent: number): Int {
  return k.mul(k.compare("ge", index, k.int(0)), k.compare("lt", index, k.int(extent)));
}
