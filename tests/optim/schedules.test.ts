import { expect, test } from "vitest";
import * as optim from "../../src/optim/index.js";

const rows: { name: string; schedule: optim.Schedule; at: [step: number, lr: number][] }[] = [
  {
    name: "constant",
    schedule: optim.constant(0.1),
    at: [
      [0, 0.1],
      [1e6, 0.1],
    ],
  },
  {
    name: "step",
    schedule: optim.step({ lr: 0.1, every: 30 }),
    at: [
      [0, 0.1],
      [29, 0.1],
      [30, 0.01],
      [89, 0.001],
      [90, 0.0001],
    ],
  },
  {
    name: "cosine",
    schedule: optim.cosine({ lr: 0.2, steps: 100, final: 0.1 }),
    at: [
      [0, 0.2],
      [50, 0.15],
      [25, 0.15 + 0.05 * Math.SQRT1_2],
      [100, 0.1],
      [1000, 0.1],
    ],
  },
  {
    name: "warm-up, then cosine",
    schedule: optim.warmUp(optim.cosine({ lr: 1, steps: 10 }), { steps: 4 }),
    at: [
      [0, 0.2],
      [1, 0.4],
      [3, 0.8],
      [4, 1],
      [9, 0.5],
      [14, 0],
    ],
  },
  {
    name: "no warm-up",
    schedule: optim.warmUp(optim.constant(0.3), { steps: 0 }),
    at: [[0, 0.3]],
  },
];

test.each(rows)("$name", ({ schedule, at }) => {
  for (const [step, lr] of at) expect(schedule(step), `step ${step}`).toBeCloseTo(lr, 12);
});
