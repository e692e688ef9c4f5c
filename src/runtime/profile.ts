/** Profiles: what ran when, on which thread, as a trace that chrome://tracing and ui.perfetto.dev open. */
import { type Recorder, recording, recordTo, type Span, type TimedRun } from "./recording.js";

/** An event of Chrome's trace format: times in µs. */
export interface TraceEvent {
  readonly name: string;
  /** X: from `ts` on for `dur`; M: what a thread is called. */
  readonly ph: "X" | "M";
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: { readonly [name: string]: unknown };
}

/** Google: Trace Event Format, the JSON object form. It may be written with `JSON.stringify`. */
export interface Trace {
  readonly displayTimeUnit: "ms";
  readonly traceEvents: readonly TraceEvent[];
  /** Spans that came after a million others. */
  readonly otherData: { readonly dropped: number };
}

/** What the profiled function answered, and where its time went. */
export interface Profile<T> {
  readonly result: T;
  readonly trace: Trace;
}

const mostSpans = 1_000_000;

/**
 * Runs f and notes meanwhile, on every device: each launch on each thread by the name of its kernel
 * and the layers that it computes (`conv2d 5×5×1→6 + bias + relu · conv1, relu1`; of gradients `conv1, backward`, of an
 * optimizer's step `conv1.filters, update`), the waits for other threads and for data, and compiling. Functions that were
 * compiled before have the layers' names of the first network of the same graph. Programs are made anew
 * with clocks in them; without a profile they have none, and cost what they cost.
 *
 * @returns what f returns, and the trace
 * @throws TypeError where a profile is taken already
 */
export async function profile<T>(f: () => T | Promise<T>): Promise<Profile<T>> {
  if (typeof f !== "function") throw new TypeError("profile: expected a function");
  const stop = startProfile();
  try {
    return { result: await f(), trace: stop() };
  } finally {
    stop();
  }
}

/** Begins a profile. What it returns ends it, and gives the trace. */
export function startProfile(): () => Trace {
  if (recording()) throw new TypeError("profile: another profile is being taken");
  const spans: Span[] = [];
  let dropped = 0;
  const add = (span: Span): void => {
    if (spans.length < mostSpans) spans.push(span);
    else dropped++;
  };
  const mine: Recorder = { add, addRun: (run) => addLaunches(run, add) };
  recordTo(mine);
  const begun = performance.now();
  return () => {
    if (recording() === mine) recordTo(null);
    return { displayTimeUnit: "ms", traceEvents: eventsOf(spans, begun), otherData: { dropped } };
  };
}

/** The launches of a run on each thread, and between them the waits for the other threads. */
function addLaunches(run: TimedRun, add: (span: Span) => void): void {
  const { launches, stamps, threads, clock, from, to, begun, ended } = run;
  const per = 1 + 2 * launches.length;
  const scale = (to - from) / Math.max(1e-9, ended - begun);
  const times = clock.since(stamps, begun).map((at) => from + scale * at);
  for (let t = 0; t < Math.max(1, threads); t++) {
    const thread = threads === 0 ? -1 : t;
    let free = times[t * per];
    launches.forEach(({ name, layers, soloist }, i) => {
      if (soloist !== null && soloist % Math.max(1, threads) !== t) return;
      const [begin, end] = times.subarray(t * per + 1 + 2 * i, t * per + 3 + 2 * i);
      if (threads > 1 && begin > free)
        add({ kind: "wait", name: "wait for other threads", thread, from: free, to: begin });
      add({ kind: "launch", name, layers, thread, from: begin, to: end });
      free = end;
    });
  }
  add({ kind: "run", name: `run of ${launches.length} launches`, thread: -1, from, to });
}

function eventsOf(spans: readonly Span[], begun: number): TraceEvent[] {
  const threads = [...new Set([-1, ...spans.map(({ thread }) => thread)])].sort((a, b) => a - b);
  return [
    ...threads.map(
      (thread): TraceEvent => ({
        name: "thread_name",
        ph: "M",
        pid: 1,
        tid: thread + 1,
        args: { name: thread < 0 ? "calling thread" : `thread ${thread}` },
      }),
    ),
    ...spans.map(
      ({ kind, name, layers, thread, from, to }): TraceEvent => ({
        name: layers ? `${name} · ${layers}` : name,
        ph: "X",
        cat: kind,
        pid: 1,
        tid: thread + 1,
        ts: 1000 * (from - begun),
        dur: 1000 * (to - from),
        ...(layers ? { args: { layers } } : {}),
      }),
    ),
  ];
}
