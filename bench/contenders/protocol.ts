/**
 * What is said between the harness and a contender, a process of its own: one line of JSON each way. The contender
 * introduces itself, prepares one workload, and then measures it whenever it is told to.
 */
import type { Workload } from "../workloads.js";

export type Request =
  | { readonly kind: "prepare"; readonly workload: Workload }
  | { readonly kind: "measure"; readonly seconds: number }
  /** Of ourselves alone: one run, what ran when into a file. */
  | { readonly kind: "trace"; readonly file: string };

export interface Introduction {
  readonly kind: "ready";
  readonly who: string;
  /** On what it runs: avx512, wasm, … */
  readonly target: string;
  readonly version: string;
}

export interface Prepared {
  readonly kind: "prepared";
  /** The first run, with whatever is compiled or allocated in it. */
  readonly firstMs: number;
  /** What the first runs gave, as one number each: all contenders must agree. */
  readonly results: readonly number[];
  /** The most memory that the process has held until then, where the system tells. */
  readonly peakBytes: number | null;
}

export interface Measured {
  readonly kind: "measured";
  /** Milliseconds of each run. */
  readonly times: readonly number[];
}

export interface Traced {
  readonly kind: "traced";
}

/** The contender has no means for this workload. */
export interface Cannot {
  readonly kind: "cannot";
  readonly reason: string;
}

export interface Failed {
  readonly kind: "failed";
  readonly reason: string;
}

export type Reply = Introduction | Prepared | Measured | Traced | Cannot | Failed;
