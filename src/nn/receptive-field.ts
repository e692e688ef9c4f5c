/**
 * Which part of a model's input a unit sees: from layer to layer a window of k pixels at stride s makes the field
 * (k − 1) · jump larger and the jump s times as large. Where branches meet (residual blocks), the field is what
 * covers them all.
 * Dumoulin, Visin: A Guide to Convolution Arithmetic for Deep Learning, arXiv:1603.07285.
 */
import type { Tensor } from "../tensor/tensor.js";
import type { Layer, Window } from "./layer.js";

/** Along one axis, in pixels of the input: what the first unit sees begins and ends there, the next one `jump` on. */
interface Extent {
  readonly begin: number;
  readonly end: number;
  readonly jump: number;
}

export type Field = readonly [Extent, Extent] | "everything";

/** The fields of the tensors in one walk through a model. */
export class ReceptiveFields {
  private readonly fields = new Map<Tensor, Field>();

  constructor(input: Tensor) {
    const pixel = { begin: 0, end: 1, jump: 1 };
    this.fields.set(input, [pixel, pixel]);
  }

  /** Of what a layer made. Without a window of its own it works pixel by pixel, or its inner layers have said it. */
  after({ layer, x, y }: { layer: Layer; x: Tensor; y: Tensor }): Field {
    if (!layer.sees) return this.of(y);
    const [field, window] = [this.of(x), layer.sees(x)];
    const seen: Field =
      field === "everything" || window === "everything"
        ? "everything"
        : [enlarged(field[0], window, 0), enlarged(field[1], window, 1)];
    this.fields.set(y, seen);
    return seen;
  }

  /** The field of a tensor that was computed from others, pixel by pixel: it sees what any of them sees. */
  of(t: Tensor): Field {
    const found: Field[] = [];
    const visited = new Set<Tensor>();
    const open = [t];
    for (let next = open.pop(); next; next = open.pop()) {
      if (visited.has(next)) continue;
      visited.add(next);
      const field = this.fields.get(next);
      if (field) found.push(field);
      else open.push(...next.inputs);
    }
    const union = found.length === 0 ? "everything" : found.reduce(joined);
    this.fields.set(t, union);
    return union;
  }
}

function enlarged(
  { begin, end, jump }: Extent,
  { size, stride, dilation, before }: Window,
  d: 0 | 1,
): Extent {
  const start = begin - (before?.[d] ?? 0) * jump;
  const reach = (size[d] - 1) * (dilation?.[d] ?? 1) * jump;
  return { begin: start, end: start + (end - begin) + reach, jump: jump * stride[d] };
}

function joined(a: Field, b: Field): Field {
  if (a === "everything" || b === "everything") return "everything";
  const cover = (p: Extent, q: Extent): Extent => ({
    begin: Math.min(p.begin, q.begin),
    end: Math.max(p.end, q.end),
    jump: Math.max(p.jump, q.jump),
  });
  return [cover(a[0], b[0]), cover(a[1], b[1])];
}

/** Edge of the field in whole pixels, [height, width] where they differ, null where it is the whole input. */
export type ReceptiveField = number | [number, number] | null;

export function edges(field: Field): ReceptiveField {
  if (field === "everything") return null;
  // Behind what enlarges pictures, neighbours lie less than a pixel of the input apart.
  const [y, x] = field.map(({ begin, end }) => Math.ceil(end - begin - 1e-9));
  return y === x ? y : [y, x];
}
