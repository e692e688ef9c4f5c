/** A contender's side of the conversation. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Workload } from "../workloads.js";
import type { Reply, Request } from "./protocol.js";

/** A workload that is ready to run. */
export interface Prepared {
  /** One run, until its numbers are there. */
  run(): Promise<ArrayLike<number>> | ArrayLike<number>;
  /** Where what it gives is its time in milliseconds: threads that run for themselves do not begin together. */
  readonly timesItself?: boolean;
  /** One run, what ran when as a trace of Chrome's into the file. */
  trace?(file: string): Promise<void>;
}

export interface Library {
  readonly who: string;
  readonly target: string;
  readonly version: string;
  /** The reason, where the library has no means for the workload. */
  prepare(workload: Workload): Promise<Prepared | string> | Prepared | string;
}

/** Runs before measuring; fewer where each takes longer than this. */
const warmUps = 3;
const patienceMs = 2000;

/** Answers the harness until it closes the line. */
export async function serve(library: Library): Promise<void> {
  // Standard output belongs to the conversation, and libraries like to talk.
  console.log = console.info = console.debug = console.error;
  const say = (reply: Reply): void => void process.stdout.write(`${JSON.stringify(reply)}\n`);
  say({ kind: "ready", who: library.who, target: library.target, version: library.version });
  let prepared: Prepared | null = null;
  let typicalMs = 0;

  const timed = async (): Promise<{ ms: number; result: number }> => {
    const start = performance.now();
    const numbers = await prepared!.run();
    const ms = performance.now() - start;
    return { ms: prepared!.timesItself ? numbers[0] : ms, result: meanSize(numbers) };
  };

  const answer = async (request: Request): Promise<Reply> => {
    if (request.kind === "prepare") {
      const outcome = await library.prepare(request.workload);
      if (typeof outcome === "string") return { kind: "cannot", reason: outcome };
      prepared = outcome;
      const runs = [await timed()];
      while (runs.length < warmUps && runs[runs.length - 1].ms < patienceMs) runs.push(await timed());
      typicalMs = runs[runs.length - 1].ms;
      const results = runs.map(({ result }) => result);
      return { kind: "prepared", firstMs: runs[0].ms, results, peakBytes: peakBytes() };
    }
    if (request.kind === "trace") {
      if (!prepared?.trace) return { kind: "cannot", reason: `${library.who} takes no traces` };
      await prepared.trace(request.file);
      return { kind: "traced" };
    }
    // While others measured, this one's caches went cold.
    if (typicalMs < 100 * request.seconds) await timed();
    const times: number[] = [];
    const end = performance.now() + 1000 * request.seconds;
    do times.push((await timed()).ms);
    while (performance.now() < end);
    return { kind: "measured", times };
  };

  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say(await answer(JSON.parse(line)));
    } catch (error) {
      say({ kind: "failed", reason: error instanceof Error ? error.message.split("\n")[0] : String(error) });
    }
  }
  process.exit(0);
}

/** The mean of |v|: one number to compare results by. */
function meanSize(numbers: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += Math.abs(numbers[i]);
  return total / numbers.length;
}

/** The kernel's high-water mark of this process; only Linux has one that a parent's does not enter. */
function peakBytes(): number | null {
  if (process.platform !== "linux") return null;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))!;
  return 1024 * Number(kilobytes);
}
