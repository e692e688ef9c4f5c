/** Where buffers lie: those that live at different times share their place. */
import { FreeList } from "../runtime/free-list.js";
import { addTo } from "../runtime/lists.js";

export interface Life<T> {
  readonly buffer: T;
  /** The first and the last phase that need it. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** Where buffers lie, and how much room they take in all. */
export interface Places<T> {
  readonly places: ReadonlyMap<T, number>;
  readonly bytes: number;
}

/** Up to so many buffers are placed with all others in view. */
const mostInView = 4096;

export function placed<T>(lives: readonly Life<T>[]): Places<T> {
  return lives.length <= mostInView ? largestFirst(lives) : asTheyCome(lives);
}

/** First fit, the largest buffers first: close to the least room there is. It compares each with all before it. */
function largestFirst<T>(lives: readonly Life<T>[]): Places<T> {
  const places = new Map<T, number>();
  const count = lives.length;
  // Those that have a place, in the order of their starts.
  const [froms, tos, starts, ends] = Array.from({ length: 4 }, () => new Float64Array(count));
  let bytes = 0;
  let taken = 0;
  for (const life of [...lives].sort((a, b) => b.bytes - a.bytes)) {
    let start = 0;
    for (let t = 0; t < taken; t++) {
      if (froms[t] > life.to || tos[t] < life.from) continue;
      if (starts[t] >= start + life.bytes) break;
      if (ends[t] > start) start = ends[t];
    }
    let at = taken;
    while (at > 0 && starts[at - 1] > start) at--;
    for (const [list, value] of [
      [froms, life.from],
      [tos, life.to],
      [starts, start],
      [ends, start + life.bytes],
    ] as const) {
      list.copyWithin(at + 1, at, taken);
      list[at] = value;
    }
    taken++;
    places.set(life.buffer, start);
    bytes = Math.max(bytes, start + life.bytes);
  }
  return { places, bytes };
}

/** In the order of time, for thousands of buffers. */
function asTheyCome<T>(lives: readonly Life<T>[]): Places<T> {
  const places = new Map<T, number>();
  const ending = new Map<number, Life<T>[]>();
  const free = new FreeList();
  free.give(0, Number.POSITIVE_INFINITY);
  let most = 0;
  let now = 0;
  for (const life of [...lives].sort((a, b) => a.from - b.from || b.bytes - a.bytes)) {
    const { buffer, from, to, bytes } = life;
    for (; now < from; now++) {
      for (const ended of ending.get(now) ?? []) free.give(places.get(ended.buffer)!, ended.bytes);
      ending.delete(now);
    }
    const start = free.take(bytes)!;
    addTo(ending, to, life);
    places.set(buffer, start);
    most = Math.max(most, start + bytes);
  }
  return { places, bytes: most };
}
