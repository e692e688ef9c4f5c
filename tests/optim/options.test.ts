/** Numbers that make no sense are refused where they are given, in one line. */
import { expect, test } from "vitest";
import { sum, variable } from "../../src/index.js";
import * as optim from "../../src/optim/index.js";

const { NaN: no, POSITIVE_INFINITY: endless } = Number;
const some = optim.constant(0.1);

test.each<[() => unknown, string]>([
  // As the user saw it: NaN without a word.
  [() => optim.cosine({ lr: 1, steps: 0 }), "cosine: steps is 0, expected a whole number of at least 1"],
  [() => optim.cosine({ lr: 1, steps: -5 }), "cosine: steps is -5, expected a whole number of at least 1"],
  [() => optim.step({ lr: 1, every: 0 }), "step: every is 0, expected a whole number of at least 1"],
  [() => optim.cosine({ lr: 1, steps: 1.5 }), "cosine: steps is 1.5, expected a whole number of at least 1"],
  [() => optim.cosine({ lr: no, steps: 5 }), "cosine: lr is NaN, expected a number of at least 0"],
  [
    () => optim.cosine({ lr: 1, steps: 5, final: -1 }),
    "cosine: final is -1, expected a number of at least 0",
  ],
  [() => optim.constant(-0.1), "constant: lr is -0.1, expected a number of at least 0"],
  [() => optim.constant(endless), "constant: lr is Infinity, expected a number of at least 0"],
  [
    () => optim.constant("0.1" as unknown as number),
    'constant: lr is "0.1", expected a number of at least 0',
  ],
  [
    () => optim.step({ lr: 1, every: 10, factor: no }),
    "step: factor is NaN, expected a number of at least 0",
  ],
  [
    () => optim.step({ lr: 1, every: endless }),
    "step: every is Infinity, expected a whole number of at least 1",
  ],
  [() => optim.warmUp(some, { steps: -1 }), "warmUp: steps is -1, expected a whole number of at least 0"],
  [() => optim.warmUp(some, { steps: no }), "warmUp: steps is NaN, expected a whole number of at least 0"],
  [() => optim.oneCycle({ lr: 1, steps: 0 }), "oneCycle: steps is 0, expected a whole number of at least 1"],
  [() => optim.oneCycle({ lr: -1, steps: 5 }), "oneCycle: lr is -1, expected a number of at least 0"],
  [() => optim.oneCycle({ lr: 1, steps: 5, share: 1 }), "oneCycle: share is 1, expected 0 < share < 1"],
  [() => optim.oneCycle({ lr: 1, steps: 5, divide: 0 }), "oneCycle: divide is 0, expected a number above 0"],
  [
    () => optim.oneCycle({ lr: 1, steps: 5, finalDivide: no }),
    "oneCycle: finalDivide is NaN, expected a number above 0",
  ],
  [() => optim.plateau({ lr: no }), "plateau: lr is NaN, expected a number of at least 0"],
  [
    () => optim.plateau({ lr: 1, patience: 0.5 }),
    "plateau: patience is 0.5, expected a whole number of at least 0",
  ],
  [() => optim.plateau({ lr: 1, threshold: 1 }), "plateau: threshold is 1, expected 0 ≤ threshold < 1"],
  [
    () => optim.plateau({ lr: 1, cooldown: -1 }),
    "plateau: cooldown is -1, expected a whole number of at least 0",
  ],
  [() => optim.plateau({ lr: 1, lowest: no }), "plateau: lowest is NaN, expected a number of at least 0"],
  [() => optim.sgd({ lr: no }), "sgd: lr is NaN, expected a number of at least 0"],
  [() => optim.sgd({} as { lr: number }), "sgd: lr is undefined, expected a number of at least 0"],
  [() => optim.sgd({ lr: 1, momentum: 1 }), "sgd: momentum is 1, expected 0 ≤ momentum < 1"],
  [() => optim.sgd({ lr: 1, weightDecay: -1 }), "sgd: weightDecay is -1, expected a number of at least 0"],
  [() => optim.adam({ beta2: endless }), "adam: beta2 is Infinity, expected 0 ≤ beta2 < 1"],
  [() => optim.adam({ epsilon: no }), "adam: epsilon is NaN, expected a number of at least 0"],
  [() => optim.clipNorm(optim.adam(), { norm: 0 }), "clipNorm: norm is 0, expected a number above 0"],
  [
    () => optim.maxNorm(optim.adam(), { norm: endless }),
    "maxNorm: norm is Infinity, expected a number above 0",
  ],
])("%s", (make, message) => {
  expect(make).toThrow(expect.objectContaining({ message }));
});

test("a schedule that is none", () => {
  expect(() => optim.warmUp(undefined as unknown as optim.Schedule, { steps: 1 })).toThrow(
    new TypeError("warmUp: the schedule is undefined, expected one such as constant(0.1)"),
  );
});

test("the shortest schedules that there are", () => {
  const cosine = optim.cosine({ lr: 1, steps: 1 });
  expect([0, 1, 2].map((step) => cosine(step))).toEqual([1, 0, 0]);
  for (const step of [0, 1, 5]) expect(optim.oneCycle({ lr: 1, steps: 1 })(step)).not.toBeNaN();
});

test.each<[object, string]>([
  [{ iterations: 0.5 }, "minimize: iterations is 0.5, expected a whole number of at least 1"],
  [{ history: no }, "minimize: history is NaN, expected a whole number of at least 1"],
  [{ gradientTolerance: -1 }, "minimize: gradientTolerance is -1, expected a number of at least 0"],
  [{ changeTolerance: no }, "minimize: changeTolerance is NaN, expected a number of at least 0"],
  [
    { lineSearch: "wolfe" },
    'minimize: lineSearch is "wolfe", expected "strongWolfe", "backtracking" or "none"',
  ],
])("minimize with %j", async (options, message) => {
  const x = variable(Float32Array.of(1));
  await expect(optim.minimize(() => sum(x), [x], options as optim.MinimizeOptions).next()).rejects.toThrow(
    new RangeError(message),
  );
});

test("an objective that does not depend on what is to be moved", async () => {
  const [x, y] = [variable(Float32Array.of(1)), variable(Float32Array.of(2))];
  await expect(optim.minimize(() => sum(y), [x]).next()).rejects.toThrow(
    new TypeError(
      "minimize: the objective does not depend on any of the variables in a way that has a gradient",
    ),
  );
});
