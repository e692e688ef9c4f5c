import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { randomShift } from "../../src/data/augment.js";
import { crossEntropy } from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  clipNorm,
  lazyRows,
  maxNorm,
  type Optimizer,
  plateau,
  rmsprop,
  sgd,
} from "../../src/optim/index.js";
import {
  type Checkpoint,
  encodeCheckpoint,
  modelOf,
  setModelWeights,
} from "../../src/training/checkpoint.js";
import { type FitOptions, fit } from "../../src/training/fit.js";
import { decodeCheckpoint, load, save } from "../../src/training/opened-checkpoint.js";
import { onEveryTarget } from "../checks/targets.js";
import { patterns, smallNet } from "./patterns.js";

const train = patterns(70); // 5 steps of 16, the last of 6
const options = (optimizer: Optimizer, more: Partial<FitOptions> = {}): FitOptions => ({
  loss: crossEntropy(),
  optimizer,
  schedule: (step) => 0.02 / (1 + step / 10),
  validation: patterns(40, { seed: 9 }),
  augment: randomShift(1),
  keepBest: true,
  epochs: 4,
  batchSize: 16,
  seed: 5,
  ...more,
});

/** Runs to the end, and gives every checkpoint as the bytes of its file. */
async function run(given: FitOptions): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  const checkpoint = {
    every: 1,
    save: (state: Checkpoint) => void files.push(encodeCheckpoint(timeless(state))),
  };
  for await (const _ of fit(smallNet(), train, { ...given, checkpoint }));
  return files;
}

/** All but the clock is the same in two runs. */
const timeless = (state: Checkpoint): Checkpoint => ({
  ...state,
  training: { ...state.training!, seconds: 0, shown: 0 },
});

const optimizers: { [name: string]: () => Optimizer } = {
  sgd: () => sgd({ lr: 0.02, momentum: 0.9 }),
  "sgd, damped, as Caffe": () => sgd({ lr: 0.02, momentum: 0.9, dampening: 0.3, form: "caffe" }),
  adam: () => adam({ lr: 0.02 }),
  adamW: () => adamW({ lr: 0.02 }),
  adagrad: () => adagrad({ lr: 0.02, lrDecay: 0.01 }),
  rmsprop: () => rmsprop({ lr: 0.002, momentum: 0.5, centred: true }),
  adadelta: () => adadelta(),
  // The rows are those of a matrix that nothing looks up: all of them are there.
  "clipped, held, by rows": () =>
    maxNorm(clipNorm(lazyRows(adam({ lr: 0.02 }), { only: ["dense1.weights"] }), { norm: 0.5 }), { norm: 1 }),
};

onEveryTarget("an interrupted run goes on as if nothing had happened", () => {
  test.each(Object.keys(optimizers))("%s, between epochs and within one", async (name) => {
    const whole = await run(options(optimizers[name]()));
    expect(whole).toHaveLength(21); // 20 steps and the end
    // Of most optimizers one place within an epoch will do: what differs is their state only.
    for (const steps of ["sgd", "adam"].includes(name) ? [1, 5, 7, 10, 19] : [7]) {
      const resume = decodeCheckpoint(whole[steps - 1], "checkpoint");
      const rest = await run(options(optimizers[name](), { resume }));
      expect(rest).toEqual(whole.slice(steps));
    }
  });
});

test("a plateau is remembered: what the epochs came to is in the checkpoint", async () => {
  // No epoch is better by half, so that the rate falls after every second one.
  const schedule = plateau({ lr: 0.02, factor: 0.5, patience: 1, threshold: 0.5 });
  const given = (more: Partial<FitOptions> = {}) =>
    options(sgd({ lr: 0.02 }), { schedule, epochs: 6, validation: undefined, keepBest: false, ...more });
  const rates: number[] = [];
  for await (const event of fit(smallNet(), train, given()))
    if (event.kind === "step" && event.step === 5) rates.push(event.lr);
  expect(new Set(rates).size).toBeGreaterThan(1);
  const whole = await run(given());
  for (const steps of [12, 20, 25])
    expect(await run(given({ resume: decodeCheckpoint(whole[steps - 1], "checkpoint") }))).toEqual(
      whole.slice(steps),
    );
});

test("one more epoch than was asked for at first is the same run", async () => {
  const short = await run(options(sgd({ lr: 0.02 }), { epochs: 2 }));
  const resume = decodeCheckpoint(short.at(-1)!, "checkpoint");
  const rest = await run(options(sgd({ lr: 0.02 }), { resume }));
  const whole = await run(options(sgd({ lr: 0.02 })));
  expect(rest).toEqual(whole.slice(10));
});

describe("what does not fit is refused:", () => {
  const state = async (): Promise<Checkpoint> =>
    decodeCheckpoint((await run(options(sgd({ lr: 0.02 }), { epochs: 1 }))).at(-1)!, "checkpoint");
  const resumed = async (model: nn.Model, more: Partial<FitOptions>) => {
    for await (const _ of fit(model, train, options(sgd({ lr: 0.02 }), more)));
  };
  const net = (kernel: number, ...more: nn.Layer[]) =>
    nn.sequential(
      "small",
      nn.conv2d({ filters: 24, kernel, padding: "same" }),
      nn.batchNorm(),
      nn.relu(),
      nn.maxPool2d(2),
      nn.flatten(),
      ...more,
      nn.dense(4),
    );

  test("a model of other shapes: names the first parameter and both", async () => {
    await expect(resumed(net(5), { resume: await state() })).rejects.toThrow(
      "the checkpoint has conv1.filters as 3×3×1×24, small expects 5×5×1×24",
    );
  });
  test("a model with more parameters", async () => {
    await expect(resumed(net(3, nn.dense(64)), { resume: await state() })).rejects.toThrow(
      "the checkpoint has dense1.weights as 384×4, small expects 384×64",
    );
  });
  test("a model with fewer", async () => {
    const model = nn.sequential("smaller", nn.conv2d({ filters: 24, kernel: 3, padding: "same" }));
    const checkpoint = await state();
    expect(() => setModelWeights(model, checkpoint)).toThrow(
      "the checkpoint has batchNorm1.scale (24), which smaller does not have",
    );
  });
  test("a batch size that the shown examples of an epoch are no multiple of", async () => {
    const files = await run(options(sgd({ lr: 0.02 }), { epochs: 1 }));
    const resume = decodeCheckpoint(files[2], "checkpoint");
    await expect(resumed(smallNet(), { resume, batchSize: 32 })).rejects.toThrow(
      "resume: the checkpoint was taken after 48 examples of an epoch, no whole number of batches of 32",
    );
  });
  test("another seed, another optimizer", async () => {
    const resume = await state();
    await expect(resumed(smallNet(), { resume, seed: 6 })).rejects.toThrow(
      "resume: the seed of the checkpoint is 5, that of this run 6; begin a new run to change it",
    );
    await expect(resumed(smallNet(), { resume, optimizer: adam({ lr: 1 }) })).rejects.toThrow(
      "resume: the optimizer of the checkpoint is sgd, that of this run adam; begin a new run to change it",
    );
  });
});

describe("files", () => {
  test("a model comes back from its file with the same weights; what is no checkpoint is said to be none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "receptive-checkpoint-"));
    try {
      const path = join(folder, "deep", "a.safetensors");
      const files = await run(options(sgd({ lr: 0.02 }), { epochs: 1 }));
      const state = decodeCheckpoint(files.at(-1)!, "checkpoint");
      await save(path, state);
      const back = await load(path);
      expect(encodeCheckpoint(back)).toEqual(files.at(-1));
      const model = modelOf(back);
      expect(model.describe()).toEqual(smallNet().describe());
      expect(await model.parameters.get("conv1.filters")!.data()).toEqual(
        state.weights.get("conv1.filters")!.data,
      );

      await expect(load(join(folder, "b.safetensors"))).rejects.toThrow(
        `${folder}/b.safetensors: there is no such checkpoint`,
      );
      await writeFile(join(folder, "c.safetensors"), "no");
      await expect(load(join(folder, "c.safetensors"))).rejects.toThrow(
        `${folder}/c.safetensors: not a safetensors file: it has 2 bytes, and the length of the header takes 8`,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
