import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  add,
  log,
  mul,
  pow,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from "../../src/index.js";
import { type LinePoint, strongWolfe } from "../../src/optim/line-search.js";
import {
  type MinimizeEvent,
  type MinimizeOptions,
  type MinimizeResult,
  minimize,
} from "../../src/optim/minimize.js";

/** Runs to the end. */
async function walk(objective: () => Tensor, variables: Variable[], options: MinimizeOptions) {
  const events: MinimizeEvent[] = [];
  const points: number[][] = [];
  const run = minimize(objective, variables, options);
  for (;;) {
    const next = await run.next();
    if (next.done) return { events, points, result: next.value as MinimizeResult };
    events.push(next.value);
    const read = await Promise.all(variables.map((v) => v.read()));
    points.push(read.flatMap((numbers) => [...numbers]));
  }
}

const at = (x: Tensor, i: number): Tensor => sum(slice(x, [i], [i + 1]));

/** Rosenbrock's valley in n dimensions: lowest, 0, at (1, …, 1). */
const valley = (x: Tensor): Tensor => {
  const n = x.shape[0];
  const [head, tail] = [slice(x, [0], [n - 1]), slice(x, [1], [n])];
  return sum(add(mul(square(sub(tail, square(head))), 100), square(sub(1, head))));
};

describe("minimize", () => {
  test.each(["strongWolfe", "backtracking"] as const)(
    "through Rosenbrock's valley by %s",
    async (lineSearch) => {
      const x = variable(Float32Array.of(-1.2, 1, -0.5, 2, 0, 3));
      const { events, result } = await walk(() => valley(x), [x], { iterations: 300, lineSearch });
      expect(result.value).toBeLessThan(1e-6);
      expect([...(await x.read())].every((v) => Math.abs(v - 1) < 2e-3)).toBe(true);
      expect(result.reason).not.toBe("iterations");
      expect(events.at(-1)).toMatchObject({ iteration: result.iterations, value: result.value });
      // Each iteration falls.
      events.slice(1).forEach(({ value }, i) => {
        expect(value).toBeLessThanOrEqual(events[i].value);
      });
    },
  );

  test("several variables of several shapes: logistic regression to its end", async () => {
    const rows = tensor([
      [1, 2],
      [-1, 0.5],
      [0.5, -2],
      [2, 1],
      [-2, -1],
      [0, 0.5],
    ]);
    const signs = tensor([[1], [-1], [-1], [1], [-1], [-1]]);
    const w = variable(Float32Array.of(0, 0), [1, 2]);
    const b = variable(Float32Array.of(0));
    const loss = () => {
      const score = add(sum(mul(rows, w), { axis: 1, keepDims: true }), b);
      const misfit = sum(log(add(1, pow(Math.E, mul(mul(signs, score), -1)))));
      return add(misfit, mul(add(sum(square(w)), square(sum(b))), 0.05));
    };
    const { result, events } = await walk(loss, [w, b], { gradientTolerance: 1e-4 });
    expect(result.reason).toBe("converged");
    expect(events.at(-1)!.gradient).toBeLessThan(1e-4);
    expect(result.iterations).toBeLessThan(30);
  });

  test("a parabola is done as soon as its bends are known", async () => {
    const x = variable(Float32Array.of(5, -3));
    const { result } = await walk(() => sum(mul(square(x), tensor([1, 10]))), [x], { iterations: 50 });
    expect(result.reason).toBe("converged");
    expect(result.iterations).toBeLessThan(12);
  });

  test("without a line search: PyTorch's steps", async () => {
    const { lbfgs } = JSON.parse(readFileSync(new URL("../golden/optimizers.json", import.meta.url), "utf8"));
    const x = variable(Float32Array.of(-1.2, 1, 0.7));
    const objective = () =>
      add(
        add(square(sub(1, at(x, 0))), mul(square(sub(at(x, 1), square(at(x, 0)))), 3)),
        add(mul(pow(at(x, 2), 4), 0.5), mul(at(x, 2), at(x, 0))),
      );
    const { points } = await walk(objective, [x], {
      iterations: 25,
      history: 3,
      lineSearch: "none",
      lr: 0.5,
      gradientTolerance: 0,
      changeTolerance: 0,
    });
    // f32 against f64 along a path that bends: the difference grows, and shrinks again at the end.
    (lbfgs as number[][]).forEach((place, i) => {
      place.forEach((v, k) => {
        expect(Math.abs(points[i][k] - v), `step ${i + 1}`).toBeLessThan(2e-4);
      });
    });
  });

  test("an objective that is infinite beyond a wall is not walked into", async () => {
    const x = variable(Float32Array.of(0.5));
    const { result } = await walk(() => sub(x0(x), log(x0(x))), [x], { lr: 100 });
    expect((await x.read())[0]).toBeCloseTo(1, 3);
    expect(Number.isFinite(result.value)).toBe(true);
  });

  test("it ends where it is told to, and where it begins if there is nothing to do", async () => {
    const x = variable(Float32Array.of(3));
    const few = await walk(() => valley2(x), [x], { iterations: 2 });
    expect(few.result).toMatchObject({ reason: "iterations", iterations: 2 });
    const stop = new AbortController();
    stop.abort();
    const none = await walk(() => valley2(x), [x], { signal: stop.signal });
    expect(none.result).toMatchObject({ reason: "aborted", iterations: 0 });
    const done = variable(Float32Array.of(0));
    const { result, events } = await walk(() => sum(square(done)), [done], {});
    expect(result).toEqual({ reason: "converged", value: 0, iterations: 0, evaluations: 1 });
    expect(events).toEqual([]);
  });

  test("what it cannot begin with is said", async () => {
    const x = variable(Float32Array.of(-1));
    await expect(walk(() => log(x0(x)), [x], {})).rejects.toThrow(
      new RangeError("minimize: the objective is NaN where the search begins"),
    );
    await expect(walk(() => x0(x), [x], { history: 0 })).rejects.toThrow(
      new RangeError("minimize: history is 0, expected a whole number of at least 1"),
    );
    await expect(walk(() => x0(x), [x], { lr: 0 })).rejects.toThrow(
      new RangeError("minimize: lr is 0, expected a number above 0"),
    );
  });
});

const x0 = (x: Tensor): Tensor => sum(x);
/** A quartic, so that two steps do not reach its lowest point. */
const valley2 = (x: Tensor): Tensor => add(pow(sub(sum(x), 1), 4), square(sub(sum(x), 2)));

describe("the strong Wolfe search", () => {
  const functions: [string, (t: number) => number, (t: number) => number][] = [
    ["a parabola", (t) => (t - 3) ** 2, (t) => 2 * (t - 3)],
    ["a hollow that is far away", (t) => -t / (t * t + 2), (t) => (t * t - 2) / (t * t + 2) ** 2],
    ["waves on a slope", (t) => Math.sin(5 * t) - t, (t) => 5 * Math.cos(5 * t) - 1],
    ["a steep wall", (t) => Math.exp(20 * t) - 40 * t, (t) => 20 * Math.exp(20 * t) - 40],
  ];
  describe.each(functions)("%s", (_, value, slope) => {
    // Where the function falls at 0; the waves are turned round.
    const sign = slope(0) < 0 ? 1 : -1;
    const look = async (t: number): Promise<LinePoint> => ({
      t,
      value: sign * value(t),
      slope: sign * slope(t),
      gradient: new Float32Array(0),
    });
    test.each([0.001, 0.1, 1, 10])("from a first step of %d", async (first) => {
      const start = await look(0);
      const found = await strongWolfe(start, first, look);
      expect(found).not.toBeNull();
      expect(found!.value).toBeLessThanOrEqual(start.value + 1e-4 * found!.t * start.slope);
      expect(Math.abs(found!.slope)).toBeLessThanOrEqual(-0.9 * start.slope);
    });
  });
});
