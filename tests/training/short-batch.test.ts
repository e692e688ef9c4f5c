import { describe, expect, test } from "vitest";
import {
  type AnyDataset,
  type Checkpoint,
  evaluate,
  fit,
  losses,
  nn,
  optim,
  predict,
  random,
} from "../../src/index.js";
import { Engine } from "../../src/runtime/engine.js";
import type { TargetName } from "../../src/runtime/machine-choice.js";

/** Pictures of noise in four classes. */
function noise(length: number): AnyDataset {
  const shape: [number, number, number] = [16, 16, 3];
  const images = Uint8Array.from({ length: length * 16 * 16 * 3 }, (_, i) => (i * 2654435761) >>> 24);
  const labels = Int32Array.from({ length }, (_, i) => i % 4);
  return { name: "noise", split: "train", shape, classes: ["a", "b", "c", "d"], length, images, labels };
}

const network = () =>
  nn.sequential(
    nn.conv2d({ filters: 64, kernel: 3, padding: "same" }),
    nn.relu(),
    nn.conv2d({ filters: 64, kernel: 3, padding: "same" }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.conv2d({ filters: 32, kernel: 3, stride: 2 }),
    nn.relu(),
    nn.flatten(),
    nn.dense(4),
  );

/** On a device that is new: what comes of it, and the kernels that it was given. */
async function onNewDevice<T>(
  run: (device: Engine) => Promise<T>,
): Promise<{ result: T; kernels: string[] }> {
  const kernels: string[] = [];
  const target = process.env.RECEPTIVE_TARGET as TargetName | undefined;
  const device = new Engine({ threads: 1, target, onKernel: ({ name }) => kernels.push(name) });
  const result = await run(device);
  await device.close();
  return { result, kernels };
}

const kernelsOf = async (run: (device: Engine) => Promise<unknown>): Promise<string[]> =>
  (await onNewDevice(run)).kernels;

const trained = (length: number) =>
  kernelsOf(async (device) => {
    const model = network();
    model.build([16, 16, 3]);
    model.to(device);
    const options = {
      epochs: 1,
      batchSize: 16,
      loss: losses.crossEntropy(),
      optimizer: optim.sgd({ lr: 0.01 }),
    };
    for await (const _ of fit(model, noise(length), options));
  });

const evaluated = (length: number) =>
  kernelsOf(async (device) => {
    const model = network();
    model.build([16, 16, 3]);
    model.to(device);
    await evaluate(model, noise(length), { batchSize: 16 });
  });

describe("a last, shorter batch", () => {
  test("of a training takes most kernels from those before it", { timeout: 60_000 }, async () => {
    const [even, short] = [await trained(32), await trained(40)];
    expect(even.length).toBeGreaterThan(20);
    expect(short.length - even.length).toBeLessThan(even.length / 3);
  });

  test("of an evaluation takes nearly all", { timeout: 60_000 }, async () => {
    const [even, short] = [await evaluated(32), await evaluated(40)];
    expect(even.length).toBeGreaterThan(6);
    expect(short.length - even.length).toBeLessThanOrEqual(3);
  });

  /** With all that looks at a whole batch, or draws for it. */
  const mixing = () =>
    nn.sequential(
      nn.conv2d({ filters: 33, kernel: 3, padding: "same" }),
      nn.batchNorm(),
      nn.relu(),
      nn.dropout(0.3),
      nn.conv2d({ filters: 32, kernel: 3, stride: 2 }),
      nn.batchNorm(),
      nn.relu(),
      nn.flatten(),
      nn.dropout(0.3),
      nn.dense(4),
    );

  test("changes weights as on a device that makes this one step alone", { timeout: 60_000 }, async () => {
    /** Two batches of 16 and one of 9, from a checkpoint on. */
    const trained = (resume?: Checkpoint) =>
      onNewDevice(async (device) => {
        const model = mixing();
        model.build([16, 16, 3]);
        model.to(device);
        const states: Checkpoint[] = [];
        const options = {
          ...{ epochs: 1, batchSize: 16, seed: 3, resume },
          loss: losses.crossEntropy(),
          optimizer: optim.adam({ lr: 0.01 }),
          checkpoint: { every: 1, save: (state: Checkpoint) => void states.push(state) },
        };
        for await (const _ of fit(model, noise(41), options));
        return states;
      });
    const all = (await trained()).result;
    const last = (await trained(all[1])).result;
    expect(all.length).toBeGreaterThanOrEqual(3);
    expect(last.at(-1)!.weights).toEqual(all.at(-1)!.weights);
    expect(last.at(-1)!.training!.optimizerState).toEqual(all.at(-1)!.training!.optimizerState);
  });

  test("of pictures is read as by a device that reads this batch alone", { timeout: 60_000 }, async () => {
    const read = (sizes: readonly number[]) =>
      onNewDevice(async (device) => {
        const model = mixing();
        model.build([16, 16, 3]);
        model.to(device);
        const found: Float32Array[][] = [];
        for (const n of sizes) found.push(await predict(model, random.uniform([n, 16, 16, 3], { seed: n })));
        return found;
      });
    const sizes = [9, 4, 12, 1, 7, 30, 2];
    const together = await read(sizes);
    expect(together.result.map((rows) => rows.length)).toEqual(sizes);
    let written = 0;
    for (const [i, n] of sizes.entries()) {
      const alone = await read([n]);
      expect(together.result[i], `${n} pictures`).toEqual(alone.result[0]);
      written += alone.kernels.length;
    }
    expect(together.kernels.length).toBeLessThan(written / 2);
  });
});
