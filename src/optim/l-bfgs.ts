/** The iterations of `minimize`: arithmetic alone, so that a page gets nothing with it that it may have already. */
import type { Variable } from "../tensor/tensor.js";
import { backtracking, type LinePoint, strongWolfe } from "./line-search.js";
import type { MinimizeEvent, MinimizeOptions, MinimizeResult } from "./minimize.js";

/** The objective where the variables are, and its slopes by each of them. */
export type Objective = () => Promise<{ value: ArrayLike<number>; slopes: readonly ArrayLike<number>[] }>;

/** @param record  makes the objective */
export async function* lBfgs(
  record: () => Objective,
  variables: readonly Variable[],
  options: MinimizeOptions,
): AsyncGenerator<MinimizeEvent, MinimizeResult, void> {
  const { iterations = 100, history = 10, lineSearch = "strongWolfe", lr = 1, signal } = options;
  const { gradientTolerance = 1e-5, changeTolerance = 1e-9 } = options;
  const run = record();
  let evaluations = 0;
  const evaluate = async (x: Float32Array): Promise<{ value: number; gradient: Float32Array }> => {
    write(variables, x);
    const { value, slopes } = await run();
    evaluations++;
    return { value: value[0], gradient: joined(slopes) };
  };

  let x = joined(await Promise.all(variables.map((v) => v.read())));
  let { value, gradient } = await evaluate(x);
  if (!Number.isFinite(value))
    throw new RangeError(`minimize: the objective is ${value} where the search begins`);
  const memory = new Memory(history);
  let iteration = 0;
  const result = (reason: MinimizeResult["reason"]): MinimizeResult => {
    write(variables, x);
    return { reason, value, iterations: iteration, evaluations };
  };

  while (iteration < iterations) {
    if (signal?.aborted) return result("aborted");
    if (greatest(gradient) <= gradientTolerance) return result("converged");
    let direction = memory.direction(gradient);
    let slope = dot(gradient, direction);
    if (!(slope < 0)) {
      memory.forget();
      direction = memory.direction(gradient);
      slope = dot(gradient, direction);
    }
    const from = x;
    const look = async (t: number): Promise<LinePoint> => {
      const there = await evaluate(moved(from, direction, t));
      return { t, ...there, slope: dot(there.gradient, direction) };
    };
    const first = memory.isEmpty ? Math.min(1, 1 / absoluteSum(gradient)) * lr : lr;
    const start: LinePoint = { t: 0, value, slope, gradient };
    const point =
      lineSearch === "none"
        ? await look(first)
        : await (lineSearch === "backtracking" ? backtracking : strongWolfe)(start, first, look);
    if (!point) {
      if (memory.isEmpty) return result("no progress");
      // What was remembered points nowhere: once more, straight down.
      memory.forget();
      continue;
    }
    const next = moved(from, direction, point.t);
    const step = difference(next, x);
    memory.remember(step, difference(point.gradient, gradient));
    const change = Math.max(Math.abs(point.value - value), greatest(step));
    [x, value, gradient] = [next, point.value, point.gradient];
    iteration++;
    write(variables, x);
    yield { iteration, value, gradient: greatest(gradient), step: point.t, evaluations };
    if (change <= changeTolerance) return result("converged");
    if (!Number.isFinite(value)) return result("no progress");
  }
  return result("iterations");
}

/** The last steps, and what the gradient did in them. */
class Memory {
  readonly #pairs: { s: Float32Array; y: Float32Array; sy: number }[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#pairs.length === 0;
  }

  forget(): void {
    this.#pairs.length = 0;
  }

  /** A pair along which the gradient does not rise would make H point upwards, and is left out. */
  remember(s: Float32Array, y: Float32Array): void {
    const sy = dot(s, y);
    if (!(sy > 1e-10)) return;
    this.#pairs.push({ s, y, sy });
    if (this.#pairs.length > this.#most) this.#pairs.shift();
  }

  /** −H · g, by two loops. */
  direction(g: Float32Array): Float32Array {
    const q = Float64Array.from(g, (v) => -v);
    const last = this.#pairs.at(-1);
    const shares = new Array<number>(this.#pairs.length);
    for (let i = this.#pairs.length - 1; i >= 0; i--) {
      const { s, y, sy } = this.#pairs[i];
      shares[i] = dot(s, q) / sy;
      addScaled(q, y, -shares[i]);
    }
    if (last) {
      const scale = last.sy / dot(last.y, last.y);
      for (let i = 0; i < q.length; i++) q[i] *= scale;
    }
    this.#pairs.forEach(({ s, y, sy }, i) => {
      addScaled(q, s, shares[i] - dot(y, q) / sy);
    });
    return Float32Array.from(q);
  }
}

type Vector = Float32Array | Float64Array;

/** In f64: a sum over all parameters has more digits than f32 holds. */
function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

function addScaled(a: Float64Array, b: Vector, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i];
}

const moved = (x: Float32Array, direction: Float32Array, t: number): Float32Array =>
  x.map((v, i) => v + t * direction[i]);

const difference = (a: Float32Array, b: Float32Array): Float32Array => a.map((v, i) => v - b[i]);

const greatest = (x: Float32Array): number => x.reduce((top, v) => Math.max(top, Math.abs(v)), 0);

const absoluteSum = (x: Float32Array): number => x.reduce((total, v) => total + Math.abs(v), 0);

/** Arrays one after the other. */
function joined(arrays: readonly ArrayLike<number>[]): Float32Array {
  const all = new Float32Array(arrays.reduce((n, { length }) => n + length, 0));
  let from = 0;
  for (const array of arrays) {
    all.set(array, from);
    from += array.length;
  }
  return all;
}

function write(variables: readonly Variable[], x: Float32Array): void {
  let from = 0;
  for (const variable of variables) {
    variable.set(x.subarray(from, from + variable.size));
    from += variable.size;
  }
}
