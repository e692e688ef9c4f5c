import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile, type Tensor, tensor, variable } from "../../src/index.js";
import * as optim from "../../src/optim/index.js";
import { agree } from "../checks/close-to.js";
import { onEveryTarget } from "../checks/targets.js";
import { numbers } from "../textbook/numbers.js";

/** What PyTorch did; tests/golden/optimizers.py says how. */
interface Golden {
  start: number[][];
  gradients: number[][][];
  optimizers: { name: string; options: object; steps: number[][] }[];
  losses: number[];
  schedules: { name: keyof typeof schedules; options: never; rates: number[] }[];
}

const schedules = {
  oneCycle: optim.oneCycle,
  plateau: optim.plateau,
  step: optim.step,
  cosine: optim.cosine,
};

const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/optimizers.json", import.meta.url), "utf8"),
);

onEveryTarget("optimizers make PyTorch's steps", () => {
  test.each(golden.optimizers.map((c) => ({ ...c, title: `${c.name} ${JSON.stringify(c.options)}` })))(
    "$title",
    async ({ name, options, steps }) => {
      const optimizer = optim.fromDescription({ name, options });
      const w = variable(Float32Array.from(golden.start.flat()), [2, 3]);
      const parameters = new Map([["dense1.weights", w]]);
      const { update } = optim.learner(optimizer, parameters);
      const take = compile((g: Tensor, lr: Tensor, step: Tensor) => {
        update([g], { lr, step });
        return [];
      });
      for (const [i, g] of golden.gradients.entries()) {
        await take(tensor(g), tensor(optimizer.lr), tensor(Int32Array.of(i + 1), []));
        agree(await w.read(), numbers(steps[i]), { rtol: 2e-6, atol: 2e-6 }, `step ${i + 1}`);
      }
    },
  );
});

describe("schedules have PyTorch's learning rates", () => {
  test.each(golden.schedules.map((c) => ({ ...c, title: `${c.name} ${JSON.stringify(c.options)}` })))(
    "$title",
    ({ name, options, rates }) => {
      const schedule: optim.Schedule = schedules[name](options);
      rates.forEach((rate, step) => {
        const epochs = golden.losses.slice(0, step).map((loss) => ({ loss }));
        expect(schedule(step, epochs), `step ${step}`).toBeCloseTo(rate, 10);
      });
    },
  );
});
