import { KernelBuilder } from "./builder.js";
import type { Strided } from "./expression.js";
import { bytesOf, type Format, type Int, type Lanes, type TargetDescription } from "./language.js";
import { decode, type Generated } from "./map.js";

/** A box of a buffer: `counts` elements along each dimension, placed by strides. */
export interface Box {
  readonly counts: readonly number[];
  readonly at: Strided;
}

/**
 * One value into several boxes of a buffer (the border of a padded picture). All boxes have the same first
 * dimension, the pictures of a batch, which threads share. Buffer: the only argument.
 */
export function fillKernel(
  target: TargetDescription,
  name: string,
  format: Format,
  value: number,
  boxes: readonly Box[],
): Generated {
  const k = new KernelBuilder(target);
  const bytes = bytesOf[format];
  const lanes: Lanes = format === "f32" ? k.f32(value) : k.i32(value);
  const start = k.argument(0);
  const items = boxes[0].counts[0];
  k.loop(k.begin, k.end, (item) => {
    for (const { counts, at } of boxes.map(mergeInner)) {
      const strides = at.strides.map((s) => s * bytes);
      const base = k.offset(k.plus(start, at.offset * bytes), item, strides[0]);
      const outer = counts.slice(1, -1);
      const rows = outer.reduce((n, c) => n * c, 1);
      const inner = counts.length > 1 ? counts[counts.length - 1] : 1;
      const innerStride = counts.length > 1 ? strides[counts.length - 1] : bytes;
      k.repeat(rows, (row) => {
        let pointer = base;
        decode(k, row, outer).forEach((i, d) => {
          pointer = k.offset(pointer, i, strides[d + 1]);
        });
        run(k, format, pointer, inner, innerStride, lanes);
      });
    }
  });
  return { kernel: k.finish(name), items };
}

/** Neighbouring dimensions after the first that are walked as one, become one. */
function mergeInner({ counts, at }: Box): Box {
  const c = [...counts];
  const s = [...at.strides];
  for (let d = c.length - 2; d >= 1; d--) {
    if (s[d] !== s[d + 1] * c[d + 1]) continue;
    c.splice(d, 2, c[d] * c[d + 1]);
    s.splice(d, 1);
  }
  return { counts: c, at: { offset: at.offset, strides: s } };
}

function run(
  k: KernelBuilder,
  format: Format,
  pointer: Int,
  count: number,
  stride: number,
  value: Lanes,
): void {
  const contiguous = stride === bytesOf[format];
  const width = contiguous ? k.lanes : 1;
  const whole = Math.floor(count / width) * width;
  k.loop(0, whole, (i) => k.store(format, k.offset(pointer, i, stride), value, { lanes: width }), width);
  if (whole < count) k.store(format, k.plus(pointer, whole * stride), value, { lanes: count - whole });
}
