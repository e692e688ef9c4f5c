/** Where a profile notes what takes time; nothing is noted, and nothing costs anything, where none is taken. */

import type { Clock } from "../targets/machine.js";

export interface Span {
  /** `launch`, `wait` (for other threads), `run`, `compile`, `emit`, `data` and so on: what a viewer can filter by. */
  readonly kind: string;
  readonly name: string;
  /** Of a launch: which layers it computes. */
  readonly layers?: string;
  /** The thread of the pool, from 0; −1: the calling thread. */
  readonly thread: number;
  /** In ms, as `performance.now` counts. */
  readonly from: number;
  readonly to: number;
}

/** A run of launches, as its threads have noted it. */
export interface TimedRun {
  readonly launches: readonly {
    readonly name: string;
    readonly layers: string;
    readonly soloist: number | null;
  }[];
  /** Of the first thread, then of the next: when all were here, then begin and end of each launch. */
  readonly stamps: BigInt64Array;
  /** How many threads of the pool ran; 0: the calling thread alone. */
  readonly threads: number;
  readonly clock: Clock;
  /** Begin and end, in ms and as the clock says. */
  readonly from: number;
  readonly to: number;
  readonly begun: number;
  readonly ended: number;
}

export interface Recorder {
  add(span: Span): void;
  addRun(run: TimedRun): void;
}

let recorder: Recorder | null = null;

export const recording = (): Recorder | null => recorder;

export function recordTo(next: Recorder | null): void {
  recorder = next;
}

/** Notes how long something takes on the calling thread, where a profile is taken. */
export async function noted<T>(kind: string, name: string, work: () => Promise<T>): Promise<T> {
  if (!recorder) return work();
  const from = performance.now();
  try {
    return await work();
  } finally {
    recorder?.add({ kind, name, thread: -1, from, to: performance.now() });
  }
}

/** The same values; where a profile is taken, it notes how long each was waited for. */
export function notedEach<T>(
  kind: string,
  name: string,
  source: AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  return recorder ? eachNoted(kind, name, source) : source;
}

async function* eachNoted<T>(
  kind: string,
  name: string,
  source: AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  try {
    for (;;) {
      const next = await noted(kind, name, () => source.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await source.return();
  }
}
