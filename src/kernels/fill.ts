import type { KernelBuilder } from "./builder.js";
import type { Draft } from "./draft.js";
import type { Strided } from "./expression.js";
import { bytesOf, type Format, type Int, type Lanes } from "./language.js";
import { decode } from "./loops.js";

/** A box of a buffer: `counts` elements along each dimension, placed by strides. */
export interface Box {
  readonly counts: readonly number[];
  readonly at: Strided;
}

/**
 * One value into several boxes of a buffer (the border of a padded picture). All boxes have the same first
 * dimension, the pictures of a batch, which threads share. Buffer: the only argument.
 */
export function fillKernel(format: Format, value: number, boxes: readonly Box[]): Draft {
  const bytes = bytesOf[format];
  const merged = boxes.map(mergeInner);
  // JSON has no word for an infinite border, nor for one of -0.
  const shown = Object.is(value, -0) ? "-0" : value;
  return {
    text: `fill ${format} ${shown} ${JSON.stringify(merged.map(({ counts, at }) => [counts.slice(1), at]))}`,
    items: boxes[0].counts[0],
    write(k) {
      const lanes: Lanes = format === "f32" ? k.f32(value) : k.i32(value);
      const start = k.argument(0);
      k.loop(k.begin, k.end, (item) => {
        for (const { counts, at } of merged) {
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
    },
  };
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
