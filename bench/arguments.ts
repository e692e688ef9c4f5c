/** What the command line of the benchmark asks for. */
import { parseArgs } from "node:util";

export interface Choices {
  /** compare: workloads, ourselves alone or beside peers. */
  readonly mode: "compare" | "direct" | "growth" | "start" | "trace";
  readonly workloads: readonly string[];
  /** Ours. */
  readonly targets: readonly string[];
  readonly peers: readonly string[];
  readonly threads: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly limitSeconds: number;
  readonly json: boolean;
  readonly write: boolean;
  /** The file for the trace of one run. */
  readonly trace: string | null;
}

/** What there is to choose from on this machine. */
export interface Offer {
  readonly workloads: readonly string[];
  readonly targets: readonly string[];
  readonly peers: readonly string[];
  readonly threads: number;
  /** What RECEPTIVE_TARGET says, if anything. */
  readonly asked: string | undefined;
  /** What the engine takes where nothing is asked for. */
  readonly own: string;
}

/** The command line asks for something that there is not. */
export class ArgumentError extends Error {
  override name = "ArgumentError";
}

export const usage = `usage: npm run bench -- [WORKLOAD …] [options]
  --peers           beside every library that is there; --peer NAME only beside that one, and may stand twice
  --growth          instead: how cost grows with batch, side, threads and depth
  --direct          instead: with and without minimal filtering, and what share of the peak is reached without
  --start           instead: what starting costs, and the memory of a training step
  --trace FILE      instead: what runs when in one run of a workload, for chrome://tracing or ui.perfetto.dev (JSON)
  --target NAME     ours: native, avx512, avx2 or wasm; with peers, native and wasm if none is named
  --threads N       only with so many threads, and may stand twice; one and all if left out
  --seconds S       for each contender and workload (4), in --rounds N (5) turns
  --limit S         the longest wait for one answer (300)
  --json            one line of JSON for each measurement
  --write           also into bench/RESULTS.md and bench/results.json`;

/** @throws ArgumentError */
export function choicesFrom(given: readonly string[], offer: Offer): Choices {
  const { values, positionals } = parsed(given);
  for (const name of positionals) known("workload", name, offer.workloads);
  for (const name of values.peer) known("peer", name, offer.peers);
  const modes = (["direct", "growth", "start", "trace"] as const).filter((mode) => values[mode]);
  const isTrace = modes[0] === "trace";
  const beside = values.peers || values.peer.length > 0;
  if (modes.length > 1) throw new ArgumentError(`--${modes[0]} and --${modes[1]} are two runs`);
  if (modes.length > 0 && !isTrace && positionals.length > 0)
    throw new ArgumentError(`--${modes[0]} has workloads of its own; ${positionals[0]} is none of them`);
  if (modes.length > 0 && beside) throw new ArgumentError(`--${modes[0]} measures without --peers`);
  if (isTrace && positionals.length !== 1)
    throw new ArgumentError(`--trace is of one workload, got ${positionals.join(" and ") || "none"}`);
  if (isTrace && values.threads.length > 1) throw new ArgumentError("--trace is of one run: --threads once");
  if (isTrace && values.write) throw new ArgumentError("--trace has no results for --write");
  const asked = values.target ?? offer.asked;
  if (asked !== undefined) known("target", asked, offer.targets);
  const all = offer.threads > 1 && !isTrace ? [1, offer.threads] : [offer.threads];
  return {
    mode: modes[0] ?? "compare",
    workloads: positionals.length > 0 ? positionals : offer.workloads,
    targets: asked ? [asked] : beside ? ["native", "wasm"] : [offer.own],
    peers: values.peers ? offer.peers : values.peer,
    threads:
      values.threads.length > 0 ? values.threads.map((n) => positive("--threads", n, { whole: true })) : all,
    seconds: positive("--seconds", values.seconds),
    rounds: positive("--rounds", values.rounds, { whole: true }),
    limitSeconds: positive("--limit", values.limit),
    json: values.json,
    write: values.write,
    trace: values.trace ?? null,
  };
}

function parsed(given: readonly string[]) {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        peers: { type: "boolean", default: false },
        peer: { type: "string", multiple: true, default: [] },
        direct: { type: "boolean", default: false },
        growth: { type: "boolean", default: false },
        start: { type: "boolean", default: false },
        trace: { type: "string" },
        target: { type: "string" },
        threads: { type: "string", multiple: true, default: [] },
        seconds: { type: "string", default: "4" },
        rounds: { type: "string", default: "5" },
        limit: { type: "string", default: "300" },
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    // Node's second sentence is about a case that does not occur here.
    throw new ArgumentError((error as Error).message.split(". ")[0]);
  }
}

function known(what: string, name: string, names: readonly string[]): void {
  if (!names.includes(name))
    throw new ArgumentError(`there is no ${what} ${name}; there are ${names.join(", ")}`);
}

function positive(option: string, text: string, { whole = false } = {}): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value;
  throw new ArgumentError(`${option} is ${text}, expected a ${whole ? "whole " : ""}number above 0`);
}
