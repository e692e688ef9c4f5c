/** On a device that runs ahead a step is asked for before the loss of the last one is there: what comes of it is the same. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomShift } from "../../src/data/augment.js";
import { examples } from "../../src/data/examples.js";
import { nn, openDevice, optim, tensor } from "../../src/index.js";
import { crossEntropy, meanSquaredError } from "../../src/losses/index.js";
import type { Given, OutputKind, Running } from "../../src/runtime/device.js";
import { device } from "../../src/runtime/devices.js";
import { Engine } from "../../src/runtime/engine.js";
import type { TargetName } from "../../src/runtime/machine-choice.js";
import type { Program } from "../../src/runtime/program.js";
import type { Checkpoint } from "../../src/training/checkpoint.js";
import { type FitOptions, fit } from "../../src/training/fit.js";
import * as objectives from "../../src/training/objectives/index.js";
import { collect, timeless, told, weightsOf } from "./collected.js";
import { patterns, smallNet } from "./patterns.js";

/** An engine that is late: it begins each run after a while, and tells of its end after another one. */
class Late extends Engine {
  override readonly runsAhead = true;
  /** Runs that were asked for and not told of, at most. */
  most = 0;
  /** The run of this number, counted from 1, fails. */
  failing = 0;
  #asked = 0;
  #open = 0;

  override run(
    program: Program | Promise<Program>,
    given: readonly Given[],
    kinds: readonly OutputKind[],
  ): Running {
    this.most = Math.max(this.most, ++this.#open);
    const fails = ++this.#asked === this.failing;
    const begun = late().then(() => {
      if (fails) throw new Error("the device is lost");
      return program;
    });
    const { outputs, done } = super.run(begun, given, kinds);
    const told = done.finally(async () => {
      await late();
      this.#open--;
    });
    return { outputs, done: told };
  }
}

const late = () => new Promise((resolve) => setTimeout(resolve, 2));

const target = device().target as TargetName;
let plain: Engine;
let ahead: Late;
beforeAll(async () => {
  plain = (await openDevice(target, { threads: 1 })) as Engine;
});
const opened: Late[] = [];
function openLate(): Late {
  ahead = new Late({ threads: 1, target });
  opened.push(ahead);
  return ahead;
}
afterAll(async () => {
  for (const one of [plain, ...opened]) await one.close();
});

const train = patterns(70); // 5 steps of 16, the last of 6
const options = (more: Partial<FitOptions> = {}): FitOptions => ({
  loss: crossEntropy(),
  optimizer: optim.adam({ lr: 0.02 }),
  validation: patterns(40, { seed: 9 }),
  augment: randomShift(1),
  schedule: optim.cosine({ lr: 0.02, steps: 15 }),
  keepBest: true,
  epochs: 3,
  batchSize: 16,
  seed: 5,
  ...more,
});

async function netOn(home: Engine): Promise<nn.Model> {
  const model = smallNet();
  await model.to(home);
  return model;
}

/** Its events, what it saved, and the model's weights at the end. */
async function whole(home: Engine, more: Partial<FitOptions>) {
  const saved: string[] = [];
  const given = options(more);
  const { checkpoint } = given;
  if (checkpoint) given.checkpoint = { ...checkpoint, save: (state) => void saved.push(timeless(state)) };
  const model = await netOn(home);
  const all = await collect(fit(model, train, given));
  const seen = all.map((event) => event.kind === "step" && event.snapshot?.filters.values);
  const events = all.map((event, i) => ({ ...told(event), seen: seen[i] }));
  return { events, saved, weights: await weightsOf(model) };
}

const save = () => {};
/** What somebody sees who looks at the filters after every fourth step. */
const filtersOf = async (model: nn.Model) => {
  const filters = model.parameters.get("conv1.filters")!;
  return { layer: "conv1", filters: tensor(await filters.data(), filters.shape) };
};
const trainings: { [name: string]: () => Partial<FitOptions> } = {
  "checkpoints every three steps": () => ({ checkpoint: { every: 3, save } }),
  "checkpoints every 40 examples": () => ({ checkpoint: { every: { examples: 40 }, save } }),
  "an average of the weights": () => ({ average: { decay: 0.9 }, checkpoint: { every: "epoch", save } }),
  "filters that are looked at": () => ({ snapshots: { every: 4, take: filtersOf } }),
  "in parts": () => ({ accumulate: 3 }),
  patience: () => ({ earlyStopping: { patience: 1, minDelta: 9 } }),
};

describe("a training on a device that runs ahead", () => {
  test.each(Object.keys(trainings))("tells, saves and comes to the same: %s", async (name) => {
    const expected = await whole(plain, trainings[name]());
    const found = await whole(openLate(), trainings[name]());
    expect(found).toEqual(expected);
    expect(ahead.most > 1).toBe(name !== "in parts");
  });

  test("stands, whenever it is asked, where a training on another device does at some step", async () => {
    const moments = async (home: Engine): Promise<Checkpoint[]> => {
      const training = fit(await netOn(home), train, options());
      const states = [await training.checkpoint()];
      for await (const _ of training) states.push(await training.checkpoint());
      return states;
    };
    const expected = (await moments(plain)).map(timeless);
    const states = await moments(openLate());
    const found = states.map(timeless);
    const places = found.map((state) => expected.indexOf(state));
    // In the first epoch: one step ahead, but at its first and last.
    expect(places.slice(0, 7)).toEqual([0, 2, 3, 4, 5, 5, 6]);
    expect(found.every((state, i) => state === expected[i] || state === expected[i + 1])).toBe(true);
    // It can be gone on from, on any device.
    const model = await netOn(plain);
    const rest = await collect(fit(model, train, options({ resume: states[2] })));
    const last = await netOn(plain);
    const all = await collect(fit(last, train, options()));
    expect(rest.map(told)).toEqual(all.slice(3).map(told));
    expect(await weightsOf(model)).toEqual(await weightsOf(last));
  });

  test("is rewound from wherever it is", async () => {
    const training = fit(await netOn(openLate()), train, options());
    const first = [];
    for (let i = 0; i < 3; i++) first.push(told((await training.next()).value!));
    const state = await training.checkpoint(); // after four steps
    const next = told((await training.next()).value!);
    await training.next();
    await training.rewind(state);
    const again = (await collect(training)).map(told);
    const expected = (await collect(fit(await netOn(plain), train, options()))).map(told);
    expect([...first, next, ...again]).toEqual(expected);
  });

  test("is left with the step that was being made", async () => {
    const model = await netOn(openLate());
    const training = fit(model, train, options());
    for await (const event of training) if (event.kind === "step" && event.step === 2) break;
    const state = await training.checkpoint();
    expect(state.training).toMatchObject({ totalSteps: 3, examples: 48 });
    expect(state.training!.history.losses).toHaveLength(3);
    const same = await netOn(plain);
    await collect(fit(same, train, options({ resume: state })));
    const uninterrupted = await netOn(plain);
    await collect(fit(uninterrupted, train, options()));
    expect(await weightsOf(same)).toEqual(await weightsOf(uninterrupted));
  });

  test("that is aborted tells of every step that it has made", async () => {
    const control = new AbortController();
    const training = fit(await netOn(openLate()), train, options({ signal: control.signal }));
    const events = [];
    for await (const event of training) {
      events.push(event);
      if (events.length === 2) control.abort();
    }
    expect(events.map((e) => (e.kind === "step" ? e.step : e.kind))).toEqual([1, 2, 3, "done"]);
    expect(events.at(-1)).toMatchObject({ reason: "aborted" });
    expect((await training.checkpoint()).training!.totalSteps).toBe(3);
  });

  test("names the step and the example that made its loss NaN, and has its last good weights", async () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i));
    values[14] = Number.NaN;
    const points = examples("points", {
      x: { values, shape: [2] },
      y: { values: new Float32Array(12).fill(1), shape: [1] },
    });
    const ending = async (home: Engine) => {
      const model = nn.sequential("line", nn.dense(1));
      await model.to(home);
      const objective = objectives.regression(meanSquaredError(), { inputs: ["x"], target: "y" });
      const training = fit(model, points, {
        objective,
        optimizer: optim.sgd({ lr: 0.1 }),
        epochs: 1,
        batchSize: 2,
        seed: 3,
      });
      const steps: number[] = [];
      const message = await (async () => {
        for await (const event of training) if (event.kind === "step") steps.push(event.step);
      })().catch((error: Error) => error.message);
      await expect(training.checkpoint()).rejects.toThrow("the training has failed");
      return { message, steps, weights: await weightsOf(model) };
    };
    const expected = await ending(plain);
    expect(expected.message).toMatch(/^the loss became NaN at step \d of epoch 1: x is NaN in example 7 /);
    expect(await ending(openLate())).toEqual(expected);
  });

  test("whose batch cannot be had tells of the steps before it", async () => {
    const stream = {
      name: "points on a disk",
      length: 70,
      fields: { x: { shape: [2], dtype: "f32" as const }, y: { shape: [1], dtype: "f32" as const } },
      async at(places: Int32Array) {
        if (places.length === 6) throw new Error("the disk is gone");
        return { x: new Float32Array(2 * places.length).fill(1), y: new Float32Array(places.length) };
      },
    };
    const model = nn.sequential("line", nn.dense(1));
    await model.to(openLate());
    const steps: number[] = [];
    const objective = objectives.regression(meanSquaredError(), { inputs: ["x"], target: "y" });
    const given = { objective, optimizer: optim.sgd({ lr: 0.1 }), epochs: 1, batchSize: 16 };
    await expect(
      (async () => {
        for await (const event of fit(model, stream, given))
          if (event.kind === "step") steps.push(event.step);
      })(),
    ).rejects.toThrow("the disk is gone");
    expect(steps).toEqual([1, 2, 3, 4]);
  });

  test("goes on from no step behind one that the device has lost", async () => {
    const home = openLate();
    home.failing = 3;
    const model = await netOn(home);
    const training = fit(model, train, options({ validation: undefined }));
    const begun = timeless(await training.checkpoint());
    const steps: number[] = [];
    await expect(
      (async () => {
        for await (const event of training) if (event.kind === "step") steps.push(event.step);
      })(),
    ).rejects.toThrow("the device is lost");
    expect(steps).toEqual([1, 2]);
    expect(begun).toHaveLength(64);
    await expect(training.checkpoint()).rejects.toThrow("the training has failed");
  });
});
