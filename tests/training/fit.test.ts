import { describe, expect, test } from "vitest";
import { randomShift } from "../../src/data/augment.js";
import { configure } from "../../src/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import type { Model } from "../../src/nn/index.js";
import { adam, sgd } from "../../src/optim/index.js";
import type { Checkpoint } from "../../src/training/checkpoint.js";
import { evaluate } from "../../src/training/evaluate.js";
import { type FitEvent, type FitOptions, fit } from "../../src/training/fit.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";
import { onEveryTarget } from "../checks/targets.js";
import { patterns, smallNet } from "./patterns.js";

const train = patterns(70);
const validation = patterns(40, { seed: 9 });
const options = (more: Partial<FitOptions> = {}): FitOptions => ({
  loss: crossEntropy(),
  optimizer: sgd({ lr: 0.05, momentum: 0.9 }),
  epochs: 2,
  batchSize: 16,
  seed: 3,
  ...more,
});

async function collect(events: AsyncIterable<FitEvent>): Promise<FitEvent[]> {
  const list: FitEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const numbers = async (model: Model) =>
  Object.fromEntries([...(await copyOf(variablesOf(model)))].map(([path, { data }]) => [path, [...data]]));
const brief = (event: FitEvent) =>
  event.kind === "step"
    ? `step ${event.epoch}.${event.step}/${event.steps}`
    : event.kind === "epoch"
      ? `epoch ${event.epoch}`
      : `done: ${event.reason}`;
const epochsOf = (events: FitEvent[]) => events.flatMap((e) => (e.kind === "epoch" ? [e] : []));

describe("fit", () => {
  test("tells of steps, epochs and the end, in this order", async () => {
    const events = await collect(fit(smallNet(), train, options()));
    expect(events.map(brief)).toEqual([
      ...[1, 2, 3, 4, 5].map((step) => `step 1.${step}/5`),
      "epoch 1",
      ...[1, 2, 3, 4, 5].map((step) => `step 2.${step}/5`),
      "epoch 2",
      "done: finished",
    ]);
    const [lastStep, epoch] = [events[4], events[5]];
    if (lastStep.kind !== "step" || epoch.kind !== "epoch") throw new Error("unreachable");
    expect([epoch.loss, epoch.accuracy]).toEqual([lastStep.loss, lastStep.accuracy]);
    expect(lastStep).toMatchObject({ lr: 0.05 });
    expect(lastStep.imagesPerSecond).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ kind: "done", epochs: 2 });
  });

  test("learns", async () => {
    const model = smallNet();
    await collect(fit(model, patterns(400), options({ epochs: 5 })));
    expect((await evaluate(model, validation)).accuracy).toBeGreaterThan(0.95);
  });

  onEveryTarget("the same seed gives the same run", () => {
    test("bit for bit; another seed another one", async () => {
      const run = async (seed: number, optimizer = sgd({ lr: 0.05, momentum: 0.9 })) => {
        const model = smallNet();
        const events = await collect(
          fit(model, train, options({ seed, optimizer, augment: randomShift(1) })),
        );
        return { weights: await numbers(model), losses: epochsOf(events).map(({ loss }) => loss) };
      };
      expect(await run(1)).toEqual(await run(1));
      expect((await run(1)).losses).not.toEqual((await run(2)).losses);
      const withAdam = () => adam({ lr: 0.01 });
      expect(await run(1, withAdam())).toEqual(await run(1, withAdam()));
    });
  });

  test("the schedule is asked for every step, from 0 on", async () => {
    const asked: number[] = [];
    const schedule = (step: number) => {
      asked.push(step);
      return 0.01 * (step + 1);
    };
    const events = await collect(fit(smallNet(), train, options({ schedule })));
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(events.flatMap((e) => (e.kind === "step" ? [e.lr] : []))).toEqual(
      asked.map((s) => 0.01 * (s + 1)),
    );
  });

  test("a share set apart for validation is the same for the same seed, and is not trained on", async () => {
    const run = (seed: number) => collect(fit(smallNet(), patterns(100), options({ validation: 0.2, seed })));
    const events = await run(1);
    expect(events[0]).toMatchObject({ steps: 5 }); // 80 pictures in batches of 16
    expect(epochsOf(events)[0].validation).toMatchObject({
      accuracy: expect.any(Number),
      loss: expect.any(Number),
    });
    expect(epochsOf(events).map((e) => e.validation)).toEqual(
      epochsOf(await run(1)).map((e) => e.validation),
    );
    expect(epochsOf(events).map((e) => e.validation)).not.toEqual(
      epochsOf(await run(2)).map((e) => e.validation),
    );
  });

  test("a share that leaves nothing is refused", async () => {
    await expect(collect(fit(smallNet(), patterns(4), options({ validation: 0.01 })))).rejects.toThrow(
      "validation: a share of 0.01 leaves nothing to train on or to validate with (patterns has 4 pictures); expected a number between 0 and 1",
    );
  });

  test("leaving the loop ends the training and leaves a usable model", async () => {
    const model = smallNet();
    for await (const event of fit(model, train, options()))
      if (event.kind === "step" && event.step === 3) break;
    expect((await evaluate(model, validation)).count).toBe(40);
  });

  test("timers run while it trains on one thread", async () => {
    await configure({ threads: 1 });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const start = performance.now();
    await collect(fit(smallNet(), patterns(2000), options({ epochs: 30 })));
    clearInterval(timer);
    // At least a tick for every 50 ms, whatever the target makes of 30 epochs.
    expect(ticks).toBeGreaterThan((performance.now() - start) / 50);
  });
});

describe("early stopping", () => {
  test("ends the run when the loss no longer falls", async () => {
    const optimizer = sgd({ lr: 1e-12 });
    const stopping = { patience: 2, minDelta: 0.5 };
    const events = await collect(
      fit(smallNet(), train, options({ epochs: 20, optimizer, validation, earlyStopping: stopping })),
    );
    expect(epochsOf(events)).toHaveLength(3); // one that counts as the lowest, two without progress
    expect(events.at(-1)).toMatchObject({ kind: "done", reason: "stopped early", epochs: 3 });
  });
});

describe("the best weights are kept on every way a run ends:", () => {
  // The learning rate explodes after the second epoch: what follows is worse than what was.
  const ruined = (step: number) => (step < 10 ? 0.05 : 3);
  const keeping = (more: Partial<FitOptions> = {}) =>
    options({ schedule: ruined, validation, keepBest: true, epochs: 5, ...more });
  const best = async () => {
    const model = smallNet();
    const events = await collect(fit(model, train, options({ epochs: 2, validation })));
    return { weights: await numbers(model), accuracy: epochsOf(events)[1].validation!.accuracy };
  };

  test("finished", async () => {
    const model = smallNet();
    const events = await collect(fit(model, train, keeping()));
    const accuracies = epochsOf(events).map((e) => e.validation!.accuracy!);
    expect(events.at(-1)).toMatchObject({ reason: "finished", epochs: 5 });
    expect((await evaluate(model, validation)).accuracy).toBe(Math.max(...accuracies));
  });

  test("stopped early", async () => {
    const model = smallNet();
    const events = await collect(fit(model, train, keeping({ epochs: 50, earlyStopping: { patience: 2 } })));
    const done = events.at(-1);
    expect(done).toMatchObject({ reason: "stopped early" });
    const accuracies = epochsOf(events).map((e) => e.validation!.accuracy!);
    expect((await evaluate(model, validation)).accuracy).toBe(Math.max(...accuracies));
  });

  test("aborted", async () => {
    const model = smallNet();
    const controller = new AbortController();
    const events: FitEvent[] = [];
    for await (const event of fit(model, train, keeping({ signal: controller.signal }))) {
      events.push(event);
      if (event.kind === "step" && event.epoch === 3 && event.step === 3) controller.abort();
    }
    expect(events.slice(-2).map(brief)).toEqual(["step 3.3/5", "done: aborted"]);
    const { weights, accuracy } = await best();
    expect((await evaluate(model, validation)).accuracy).toBe(accuracy);
    expect(await numbers(model)).toEqual(weights);
  });

  test("left by break", async () => {
    const model = smallNet();
    for await (const event of fit(model, train, keeping()))
      if (event.kind === "step" && event.epoch === 3) break;
    expect(await numbers(model)).toEqual((await best()).weights);
  });

  test("failed", async () => {
    const model = smallNet();
    const hopeless = keeping({ schedule: (step) => (step < 10 ? 0.05 : 1e30) });
    await expect(collect(fit(model, train, hopeless))).rejects.toThrow("learning rate of 1e+30");
    expect(await numbers(model)).toEqual((await best()).weights);
  });
});

describe("abort", () => {
  test("before the first step nothing is trained", async () => {
    const model = smallNet();
    const events = await collect(fit(model, train, options({ signal: AbortSignal.abort() })));
    expect(events.map(brief)).toEqual(["done: aborted"]);
  });
});

describe("a loss that is no longer a number", () => {
  test("is an error that names step, epoch and a smaller rate; the last good weights stay, no checkpoint is made of it", async () => {
    const model = smallNet();
    const saved: Checkpoint[] = [];
    const schedule = (step: number) => (step < 5 ? 0.05 : 1e30);
    const checkpoint = { every: 1, save: (state: Checkpoint) => void saved.push(state) };
    await expect(collect(fit(model, train, options({ schedule, checkpoint })))).rejects.toThrow(
      /^(the loss became (NaN|infinite)|\S+ became infinite or NaN) at step \d of epoch 2, with a learning rate of 1e\+30; try a smaller one, such as 1e\+29$/,
    );
    expect(saved.length).toBeGreaterThanOrEqual(5);
    for (const { weights } of saved)
      for (const { data } of weights.values()) expect([...data].every(Number.isFinite)).toBe(true);
    expect(
      Object.values(await numbers(model))
        .flat()
        .every(Number.isFinite),
    ).toBe(true);
  });
});
