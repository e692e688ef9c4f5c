/**
 * Exactly which pixels of an input each unit of a tensor sees, along rows and along columns: from layer to layer each row
 * of the result sees what the rows in its window see. (`receptive-field.ts` has the size of a field in theory, borders
 * beyond the picture included.)
 */
import type { Tensor } from "../tensor/tensor.js";
import { type Along, FieldWalk } from "./field-walk.js";
import type { Window } from "./layer.js";

/** Of each row (or column) the first and the last row of the input that it sees; first > last where it sees none. */
export interface Spans {
  readonly first: Int32Array;
  readonly last: Int32Array;
}

export type Seen = readonly [rows: Spans, columns: Spans] | "everything" | "nothing";

/** In one walk through a network, of one of its inputs. */
export class SeenPixels extends FieldWalk<readonly [Spans, Spans]> {
  constructor(input: Tensor, others: readonly Tensor[] = []) {
    super(spatial(input).map(itself) as [Spans, Spans], input, others);
  }

  protected joined(a: readonly [Spans, Spans], b: readonly [Spans, Spans]): readonly [Spans, Spans] {
    return [both(a[0], b[0]), both(a[1], b[1])];
  }

  protected through(window: Window, seen: readonly [Spans, Spans], y: Tensor): readonly [Spans, Spans] {
    const extents = spatial(y);
    return [windowed(seen[0], window, 0, extents[0]), windowed(seen[1], window, 1, extents[1])];
  }
}

/** Height and width; a line has one column, a row of values one of both. */
export const spatial = ({ shape }: Pick<Tensor, "shape">): [rows: number, columns: number] =>
  shape.length >= 4 ? [shape[1], shape[2]] : shape.length === 3 ? [shape[1], 1] : [1, 1];

const itself = (count: number): Spans => ({
  first: Int32Array.from({ length: count }, (_, i) => i),
  last: Int32Array.from({ length: count }, (_, i) => i),
});

function both(a: Spans, b: Spans): Spans {
  // One row for all of another tensor's: it is spread over them.
  const [long, short] = a.first.length >= b.first.length ? [a, b] : [b, a];
  const at = (i: number) => (short.first.length === 1 ? 0 : i);
  return {
    first: long.first.map((v, i) => Math.min(v, short.first[at(i)])),
    last: long.last.map((v, i) => Math.max(v, short.last[at(i)])),
  };
}

function windowed({ first, last }: Spans, window: Window, d: Along, count: number): Spans {
  const found = { first: new Int32Array(count), last: new Int32Array(count) };
  for (let i = 0; i < count; i++) {
    let [low, high] = [2 ** 31 - 1, -1];
    for (const place of placesIn(window, d, i, first.length)) {
      low = Math.min(low, first[place]);
      high = Math.max(high, last[place]);
    }
    found.first[i] = low;
    found.last[i] = high;
  }
  return found;
}

/** The rows in the window of row i, those in a border left out. */
function placesIn(window: Window, d: Along, i: number, count: number): number[] {
  if (window.places) return window.places(d, i).filter((place) => place >= 0 && place < count);
  const begin = i * window.stride[d] - (window.before?.[d] ?? 0);
  const step = window.dilation?.[d] ?? 1;
  return Array.from({ length: window.size[d] }, (_, k) => begin + k * step).filter(
    (place) => place >= 0 && place < count,
  );
}
