/** All numbers of a network or of an optimizer at one moment, read and set together. */
import { describe, expect, test } from "vitest";
import {
  compile,
  gradients,
  mean,
  optim,
  setWeights,
  square,
  sub,
  type Tensor,
  tensor,
  transferOf,
  type Weights,
  weightsOf,
} from "../../src/index.js";
import { onEveryTarget } from "../checks/targets.js";
import { smallNet } from "./patterns.js";

const flat = (weights: Weights) => [...weights].map(([path, { shape, data }]) => [path, shape, [...data]]);

onEveryTarget("a training loop of one's own", () => {
  test("is taken back by the weights of its network and of its optimizer, which moved through a message", async () => {
    const model = smallNet();
    model.build([8, 8, 1], { seed: 3 });
    const { parameters } = model;
    const learner = optim.learner(optim.adam(), parameters);
    const step = compile((x: Tensor, y: Tensor, at: optim.StepTensors) => {
      const loss = mean(square(sub(model(x, { training: true, seed: at.step }), y)));
      learner.update(gradients(loss, [...parameters.values()]), at);
      return { loss };
    });
    const x = tensor(
      Float32Array.from({ length: 4 * 64 }, (_, i) => (i * 7) % 11),
      [4, 8, 8, 1],
    );
    const y = tensor(
      Float32Array.from({ length: 16 }, (_, i) => i % 3),
      [4, 4],
    );
    const run = async (from: number, to: number) => {
      const losses: number[] = [];
      for (let i = from; i <= to; i++)
        losses.push(await (await step(x, y, optim.stepTensors(0.01, i))).loss.item());
      return losses;
    };
    await run(1, 5);
    const kept = { weights: await weightsOf(model), optimizer: await weightsOf(learner.state) };
    expect([...kept.weights.keys()]).toEqual([...parameters.keys(), ...model.buffers.keys()]);
    const before = flat(kept.weights);
    const first = [await run(6, 9), flat(await weightsOf(model))];
    const moved = structuredClone(kept, { transfer: transferOf(kept) });
    expect(kept.weights.get("conv1.filters")!.data.length).toBe(0);
    expect(flat(moved.weights)).toEqual(before);
    setWeights(model, moved.weights);
    setWeights(learner.state, moved.optimizer);
    expect([await run(6, 9), flat(await weightsOf(model))]).toEqual(first);
  });

  test("reads are of one moment, whatever is asked to run before and behind them", async () => {
    const model = smallNet();
    model.build([8, 8, 1]);
    const variables = [...model.parameters.values()];
    const set = (value: number) => {
      const numbers = new Map(
        [...model.parameters].map(([path, { shape, size }]) => [
          path,
          { shape, data: new Float32Array(size).fill(value) },
        ]),
      );
      setWeights(model.parameters, numbers);
    };
    const reads: Promise<Weights>[] = [];
    for (let value = 0; value < 20; value++) {
      set(value);
      reads.push(weightsOf(model.parameters));
    }
    for (const [value, read] of (await Promise.all(reads)).entries())
      for (const { data } of read.values()) expect(data.every((number) => number === value)).toBe(true);
    expect(variables.length).toBeGreaterThan(4);
  });
});

describe("what does not fit is refused, and changes nothing:", () => {
  test("a map of which an array is missing, of another shape, or nobody's", async () => {
    const model = smallNet();
    model.build([8, 8, 1]);
    const weights = await weightsOf(model);
    const before = flat(weights);
    const without = new Map(weights);
    without.delete("dense1.bias");
    expect(() => setWeights(model, without)).toThrow(
      "the given map has no dense1.bias, small expects it as 4",
    );
    const other = new Map(weights).set("dense1.bias", { shape: [5], data: new Float32Array(5) });
    expect(() => setWeights(model, other)).toThrow("the given map has dense1.bias as 5, small expects 4");
    const more = new Map(weights).set("dense2.bias", { shape: [5], data: new Float32Array(5) });
    expect(() => setWeights(model, more)).toThrow(
      "the given map has dense2.bias (5), which small does not have",
    );
    expect(flat(await weightsOf(model))).toEqual(before);
  });

  test("an array that was given away, and has no numbers left", async () => {
    const model = smallNet();
    model.build([8, 8, 1]);
    const weights = await weightsOf(model);
    const before = flat(weights);
    structuredClone(weights, { transfer: transferOf(weights) });
    expect(() => setWeights(model, weights)).toThrow(
      "the given map has 0 numbers in conv1.filters (3×3×1×24); those of a buffer that was given away are gone",
    );
    expect(flat(await weightsOf(model))).toEqual(before);
  });

  test("a network without weights yet, and what is none", async () => {
    await expect(weightsOf(smallNet())).rejects.toThrow(
      "weightsOf: small has no weights yet: it is built by training, by its first call, or by model.build([28, 28, 1])",
    );
    await expect(weightsOf({} as never)).rejects.toThrow(
      "weightsOf: the first argument is {}, expected a model, or a map of variables, such as model.parameters or learner.state",
    );
    const model = smallNet();
    model.build([8, 8, 1]);
    expect(() => setWeights(model, {} as never)).toThrow(
      "setWeights: the weights are {}, expected a map of arrays by path, as weightsOf gives it",
    );
  });
});

test("of what lies in shared memory, or is a part of something larger, nothing is given away", () => {
  const large = new Float32Array(10);
  const halves = { a: large.subarray(0, 5), b: [large.subarray(5)] };
  const own = new Float32Array(3);
  expect(transferOf({ part: large.subarray(2) })).toEqual([]);
  expect(transferOf(halves)).toEqual([large.buffer]);
  expect(transferOf(new Map([["x", [own, own]]]))).toEqual([own.buffer]);
  expect(transferOf([large.subarray(0, 4), large.subarray(5)])).toEqual([]);
  expect(transferOf(new Uint8Array(new SharedArrayBuffer(4)))).toEqual([]);
  expect(transferOf(new ArrayBuffer(0)).length).toBe(1);
  const circle: { self?: unknown; own: Float32Array } = { own };
  circle.self = circle;
  expect(transferOf(circle)).toEqual([own.buffer]);
  expect(transferOf(null)).toEqual([]);
});
