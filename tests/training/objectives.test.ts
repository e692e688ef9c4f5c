import { describe, expect, test } from "vitest";
import { evaluate, objectives, optim } from "../../src/index.js";
import { encodeCheckpoint, modelOf } from "../../src/training/checkpoint.js";
import { type FitEvent, type FitOptions, fit } from "../../src/training/fit.js";
import type { Trainable } from "../../src/training/objective.js";
import { decodeCheckpoint } from "../../src/training/opened-checkpoint.js";
import { variablesOf } from "../../src/training/weights.js";
import { onEveryTarget } from "../checks/targets.js";
import { collect, weightsOf } from "./collected.js";
import { kinds, optionsOf } from "./kinds-of-objective.js";

test("every objective has a tiny problem here", () => {
  const none = ["boxesFound", "meanAveragePrecision"];
  const known = new Set(kinds.map((kind) => kind.objective().name));
  expect(Object.keys(objectives).filter((name) => !none.includes(name) && !known.has(name))).toEqual([]);
});

onEveryTarget("each kind of objective", () => {
  describe.each(kinds)("$name", (kind) => {
    test("trains a tiny problem to its score", async () => {
      const model = kind.model();
      await collect(fit(model, kind.examples, optionsOf(kind)));
      const { loss, scores } = await evaluate(model, kind.examples, { objective: kind.objective() });
      expect(kind.reached(scores, loss), JSON.stringify({ loss, scores })).toBe(true);
    });

    test("stopped at some step and resumed, it ends bit for bit as without a stop", async () => {
      const files: Uint8Array[] = [];
      const more: Partial<FitOptions> = {
        epochs: 3,
        validation: kind.examples,
        keepBest: true,
        average: { decay: 0.9 },
        checkpoint: { every: 1, save: (state) => void files.push(encodeCheckpoint(state)) },
      };
      const whole = kind.model();
      const events = await collect(fit(whole, kind.examples, optionsOf(kind, more)));
      const stop = 1 + Math.floor(Math.random() * (files.length - 1));
      const resume = decodeCheckpoint(files[stop - 1], "checkpoint");
      const rest = kind.model();
      const later = await collect(
        fit(rest, kind.examples, optionsOf(kind, { ...more, checkpoint: undefined, resume })),
      );
      expect(await weightsOf(rest), `stopped after step ${stop}`).toEqual(await weightsOf(whole));
      const epochs = (list: FitEvent[]) =>
        list.flatMap((e) => (e.kind === "epoch" ? [{ ...e, seconds: 0 }] : []));
      const measured = epochs(later);
      expect(measured).toEqual(epochs(events).slice(3 - measured.length));
      // And the file alone is the network: it answers as the one that was trained.
      const loaded = modelOf<Trainable>(decodeCheckpoint(files[files.length - 1], "checkpoint"));
      expect(await weightsOf(loaded)).toEqual(await weightsOf(whole));
    });

    test("in parts a step is the same as in one", async () => {
      const run = async (accumulate: number) => {
        const model = kind.model();
        const steps = await collect(
          fit(
            model,
            kind.examples,
            optionsOf(kind, { epochs: 1, accumulate, optimizer: optim.sgd({ lr: 0.05 }) }),
          ),
        );
        return { model, steps };
      };
      const whole = await run(1);
      // 16 in three parts of 5, 5 and 6; the last batch of 6 in as many.
      for (const accumulate of [3, 100]) {
        const parts = await run(accumulate);
        for (const [path, variable] of variablesOf(whole.model)) {
          const other = await variablesOf(parts.model).get(path)!.read();
          (await variable.read()).forEach((value, i) => {
            expect(Math.abs(other[i] - value), `${path} ${i}`).toBeLessThan(1e-6);
          });
        }
        parts.steps.forEach((event, i) => {
          const same = whole.steps[i];
          if (event.kind === "step" && same.kind === "step") expect(event.loss).toBeCloseTo(same.loss, 5);
        });
      }
    });
  });
});
