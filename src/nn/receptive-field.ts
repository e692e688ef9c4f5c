/**
 * Which part of a model's input a unit sees: from layer to layer a window of k pixels at stride s makes the field
 * (k − 1) · jump larger and the jump s times as large. Where branches meet (residual blocks), the field is what
 * covers them all. Along a line (N×L×C) the first of the two axes counts.
 * Dumoulin, Visin: A Guide to Convolution Arithmetic for Deep Learning, arXiv:1603.07285.
 */
import type { Tensor } from "../tensor/tensor.js";
import { type Along, FieldWalk } from "./field-walk.js";
import type { Window } from "./layer.js";

/** Along one axis, in pixels of the input: what the first unit sees begins and ends there, the next one `jump` on. */
interface Extent {
  readonly begin: number;
  readonly end: number;
  readonly jump: number;
  /** Where pixels were repeated: how long the field was then, and how far apart those were that were repeated. */
  readonly repeated: readonly { readonly length: number; readonly jump: number }[];
}

type Extents = readonly [Extent, Extent];

export type Field = Extents | "everything" | "nothing";

/** The fields of the tensors in one walk through a network, in one of its inputs. */
export class ReceptiveFields extends FieldWalk<Extents> {
  constructor(input: Tensor, others: readonly Tensor[] = []) {
    const pixel = { begin: 0, end: 1, jump: 1, repeated: [] };
    super([pixel, pixel], input, others);
  }

  protected joined(a: Extents, b: Extents): Extents {
    const cover = (p: Extent, q: Extent): Extent => ({
      begin: Math.min(p.begin, q.begin),
      end: Math.max(p.end, q.end),
      jump: Math.max(p.jump, q.jump),
      repeated: p.repeated.length >= q.repeated.length ? p.repeated : q.repeated,
    });
    return [cover(a[0], b[0]), cover(a[1], b[1])];
  }

  protected through(window: Window, field: Extents): Extents {
    return [enlarged(field[0], window, 0), enlarged(field[1], window, 1)];
  }
}

function enlarged(
  { begin, end, jump, repeated }: Extent,
  { size, stride, dilation, before, repeats }: Window,
  d: Along,
): Extent {
  const start = begin - (before?.[d] ?? 0) * jump;
  const reach = (size[d] - 1) * (dilation?.[d] ?? 1) * jump;
  return {
    begin: start,
    end: start + (end - begin) + reach,
    jump: jump * stride[d],
    repeated: repeats ? [...repeated, { length: end - begin, jump }] : repeated,
  };
}

/**
 * The longest field in whole pixels. Over repeated pixels a window that is a fraction of one longer can reach one more,
 * and with it all that this one sees.
 */
function longest({ begin, end, repeated }: Extent): number {
  let [upTo, more] = [end - begin, 0];
  for (const { length, jump } of repeated.toReversed()) {
    more = Math.ceil((more + upTo - length) / jump - 1e-9) * jump;
    upTo = length;
  }
  // Behind what enlarges pictures, neighbours lie less than a pixel of the input apart.
  return Math.ceil(upTo + more - 1e-9);
}

/**
 * Edge of the field in whole pixels, [height, width] where they differ, null where it is the whole input. Of a line its
 * length.
 */
export type ReceptiveField = number | [number, number] | null;

export function edges(field: Field, { isLine = false } = {}): ReceptiveField {
  if (field === "everything" || field === "nothing") return null;
  const [y, x] = field.map(longest);
  return y === x || isLine ? y : [y, x];
}
