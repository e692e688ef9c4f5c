/**
 * Which part of a model's input a unit sees: from layer to layer a window of k pixels at stride s makes the field
 * (k − 1) · jump larger and the jump s times as large. Where branches meet (residual blocks), the field is what
 * covers them all. Along a line (N×L×C) the first of the two axes counts.
 * Dumoulin, Visin: A Guide to Convolution Arithmetic for Deep Learning, arXiv:1603.07285.
 */
import type { Tensor } from "../tensor/tensor.js";
import { leavesOf } from "../tensor/tree.js";
import type { Window } from "./layer.js";
import type { LayerRun } from "./pass.js";

/** Along one axis, in pixels of the input: what the first unit sees begins and ends there, the next one `jump` on. */
interface Extent {
  readonly begin: number;
  readonly end: number;
  readonly jump: number;
  /** Where pixels were repeated: how long the field was then, and how far apart those were that were repeated. */
  readonly repeated: readonly { readonly length: number; readonly jump: number }[];
}

export type Field = readonly [Extent, Extent] | "everything" | "nothing";

/** The fields of the tensors in one walk through a network, in one of its inputs. */
export class ReceptiveFields {
  private readonly fields = new Map<Tensor, Field>();

  /** @param others  the network's other inputs: what is computed from them alone sees nothing of this one */
  constructor(input: Tensor, others: readonly Tensor[] = []) {
    const pixel = { begin: 0, end: 1, jump: 1, repeated: [] };
    this.fields.set(input, [pixel, pixel]);
    for (const other of others) this.fields.set(other, "nothing");
  }

  /**
   * Of what a layer made. Without a window of its own it works pixel by pixel, or its inner layers have said it.
   * A layer of somebody else's that mixes pixels and does not say which may see everything: that is what is answered.
   */
  after({ layer, x, y }: Pick<LayerRun, "layer" | "x" | "y">): Field {
    if (!layer.sees)
      return leavesOf(y)
        .map(([, leaf]) => this.of(leaf))
        .reduce(joined, "nothing");
    const field = leavesOf(x)
      .map(([, leaf]) => this.of(leaf))
      .reduce(joined, "nothing");
    const window = layer.sees(x);
    const seen: Field =
      field === "nothing"
        ? field
        : field === "everything" || window === "everything"
          ? "everything"
          : [enlarged(field[0], window, 0), enlarged(field[1], window, 1)];
    for (const [, leaf] of leavesOf(y)) this.fields.set(leaf, seen);
    return seen;
  }

  /** The field of a tensor that was computed from others, pixel by pixel: it sees what any of them sees. */
  of(t: Tensor): Field {
    const known = this.fields.get(t);
    if (known) return known;
    const sources: Tensor[] = [];
    const users = new Map<Tensor, Tensor[]>();
    const visited = new Set<Tensor>();
    const open = [t];
    for (let next = open.pop(); next; next = open.pop()) {
      if (visited.has(next)) continue;
      visited.add(next);
      if (this.fields.has(next)) sources.push(next);
      else
        for (const input of next.inputs) {
          users.set(input, [...(users.get(input) ?? []), next]);
          open.push(input);
        }
    }
    const mixes = sources.some(
      (source) => this.fields.get(source) !== "nothing" && changesExtents(source, users),
    );
    const union = mixes
      ? "everything"
      : sources.map((source) => this.fields.get(source)!).reduce(joined, "nothing");
    this.fields.set(t, union);
    return union;
  }
}

/** Whether something that was computed from it has other rows or columns: then pixels were taken together. */
function changesExtents(source: Tensor, users: ReadonlyMap<Tensor, readonly Tensor[]>): boolean {
  const visited = new Set<Tensor>();
  const open = [...(users.get(source) ?? [])];
  for (let next = open.pop(); next; next = open.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    if (next.rank === source.rank && next.rank > 2 && extents(next) !== extents(source)) return true;
    open.push(...(users.get(next) ?? []));
  }
  return false;
}

/** Height and width in any order: a picture that is turned has the same. */
const extents = ({ shape }: Tensor): string =>
  shape
    .slice(1, -1)
    .sort((a, b) => a - b)
    .join();

function enlarged(
  { begin, end, jump, repeated }: Extent,
  { size, stride, dilation, before, repeats }: Window,
  d: 0 | 1,
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

function joined(a: Field, b: Field): Field {
  if (a === "nothing" || b === "nothing") return a === "nothing" ? b : a;
  if (a === "everything" || b === "everything") return "everything";
  const cover = (p: Extent, q: Extent): Extent => ({
    begin: Math.min(p.begin, q.begin),
    end: Math.max(p.end, q.end),
    jump: Math.max(p.jump, q.jump),
    repeated: p.repeated.length >= q.repeated.length ? p.repeated : q.repeated,
  });
  return [cover(a[0], b[0]), cover(a[1], b[1])];
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
