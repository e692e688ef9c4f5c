/** Whether a compiled function is being recorded, and the assignments it makes. */
import type { Tensor, Variable } from "./tensor.js";

export interface Trace {
  readonly assignments: { variable: Variable; value: Tensor }[];
}

let current: Trace | null = null;

export const isTracing = (): boolean => current !== null;

export const currentTrace = (): Trace | null => current;

/** Records what `body` does. */
export function traced<T>(body: () => T): { result: T; trace: Trace } {
  const outer = current;
  const trace: Trace = { assignments: [] };
  current = trace;
  try {
    return { result: body(), trace };
  } finally {
    current = outer;
  }
}
