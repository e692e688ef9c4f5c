/** Where buffers lie: those that live at different times share their place. */

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

/** First fit in the order of time, for thousands of buffers: what is free lies in a list of gaps. */
function asTheyCome<T>(lives: readonly Life<T>[]): Places<T> {
  const places = new Map<T, number>();
  const ending = new Map<number, { start: number; end: number }[]>();
  const gaps = [{ start: 0, end: Number.POSITIVE_INFINITY }];
  let bytes = 0;
  let now = 0;
  for (const life of [...lives].sort((a, b) => a.from - b.from || b.bytes - a.bytes)) {
    for (; now < life.from; now++) {
      for (const room of ending.get(now) ?? []) release(gaps, room);
      ending.delete(now);
    }
    const gap = gaps.findIndex(({ start, end }) => end - start >= life.bytes);
    const { start, end } = gaps[gap];
    const room = { start, end: start + life.bytes };
    if (room.end === end) gaps.splice(gap, 1);
    else gaps[gap] = { start: room.end, end };
    const others = ending.get(life.to);
    if (others) others.push(room);
    else ending.set(life.to, [room]);
    places.set(life.buffer, start);
    bytes = Math.max(bytes, room.end);
  }
  return { places, bytes };
}

/** Puts a room among the gaps, which are in order, and joins it with those that it touches. */
function release(gaps: { start: number; end: number }[], room: { start: number; end: number }): void {
  let [low, high] = [0, gaps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gaps[middle].start < room.start) low = middle + 1;
    else high = middle;
  }
  const joined = { ...room };
  let [first, count] = [low, 0];
  if (low > 0 && gaps[low - 1].end === room.start) {
    joined.start = gaps[low - 1].start;
    first = low - 1;
    count++;
  }
  if (low < gaps.length && gaps[low].start === room.end) {
    joined.end = gaps[low].end;
    count++;
  }
  gaps.splice(first, count, joined);
}
