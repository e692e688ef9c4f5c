import { describe, expect, test } from "vitest";
import { gradients, mul, random, ShapeError, sum, type Tensor, tensor } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";
import { compiled } from "../checks/compiled.js";

const shape = [4, 3, 5, 2];
const [momentum, epsilon] = [0.2, 1e-3];

/** Plain loops of the paper's algorithm 1, for values whose last axis is the channel. */
function byHand(x: ArrayLike<number>, channels: number) {
  const n = x.length / channels;
  const mean = new Array<number>(channels).fill(0);
  const variance = new Array<number>(channels).fill(0);
  for (let i = 0; i < x.length; i++) mean[i % channels] += x[i] / n;
  for (let i = 0; i < x.length; i++) variance[i % channels] += (x[i] - mean[i % channels]) ** 2 / n;
  return { n, mean, variance };
}

const normalised = (
  x: ArrayLike<number>,
  { mean, variance }: { mean: ArrayLike<number>; variance: ArrayLike<number> },
  scale: number[],
  shift: number[],
) =>
  Array.from(x, (v, i) => {
    const c = i % scale.length;
    return ((v - mean[c]) / Math.sqrt(variance[c] + epsilon)) * scale[c] + shift[c];
  });

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>) =>
  Array.from(actual).forEach((value, i) => {
    expect(value, `value ${i}`).toBeCloseTo(expected[i], 4);
  });

function built(): nn.Model {
  const model = nn.sequential(nn.batchNorm({ momentum, epsilon }));
  model.build(shape.slice(1));
  model.parameters.get("batchNorm1.scale")!.set([2, 0.5]);
  model.parameters.get("batchNorm1.shift")!.set([-1, 3]);
  return model;
}
const [scale, shift] = [
  [2, 0.5],
  [-1, 3],
];

describe("batchNorm", () => {
  test("its numbers", async () => {
    const model = built();
    expect([...model.parameters.keys()]).toEqual(["batchNorm1.scale", "batchNorm1.shift"]);
    expect([...model.buffers.keys()]).toEqual(["batchNorm1.mean", "batchNorm1.variance"]);
    expect([...(await model.buffers.get("batchNorm1.variance")!.read())]).toEqual([1, 1]);
  });

  test("training: the batch's statistics, and the running ones follow", async () => {
    const model = built();
    const step = compiled((x: Tensor) => model(x, { training: true }));
    let [mean, variance] = [
      [0, 0],
      [1, 1],
    ];
    for (const seed of [1, 2, 3]) {
      const x = random.normal(shape, { seed, mean: seed, deviation: 3 });
      const values = await x.data();
      const batch = byHand(values, 2);
      close(await step(x), normalised(values, batch, scale, shift));
      mean = mean.map((m, c) => (1 - momentum) * m + momentum * batch.mean[c]);
      variance = variance.map(
        (v, c) => (1 - momentum) * v + (momentum * batch.variance[c] * batch.n) / (batch.n - 1),
      );
      close(await model.buffers.get("batchNorm1.mean")!.read(), mean);
      close(await model.buffers.get("batchNorm1.variance")!.read(), variance);
    }
  });

  test("evaluation: the running statistics, which stay", async () => {
    const model = built();
    const running = { mean: [0.5, -1], variance: [4, 0.25] };
    model.buffers.get("batchNorm1.mean")!.set(running.mean);
    model.buffers.get("batchNorm1.variance")!.set(running.variance);
    const x = random.normal(shape, { seed: 1 });
    close(await compiled((x: Tensor) => model(x))(x), normalised(await x.data(), running, scale, shift));
    expect([...(await model.buffers.get("batchNorm1.mean")!.read())]).toEqual(running.mean);
  });

  test("outside compiled() the running statistics stay", async () => {
    const model = built();
    await model(random.normal(shape, { seed: 1 }), { training: true }).data();
    expect([...(await model.buffers.get("batchNorm1.mean")!.read())]).toEqual([0, 0]);
  });

  test("the gradient sees that the statistics depend on x", async () => {
    const model = built();
    const x = random.normal(shape, { seed: 1 });
    const u = random.normal(shape, { seed: 2 });
    const values = Array.from(await x.data());
    const weights = await u.data();
    const slope = await gradients(sum(mul(model(x, { training: true }), u)), [x])[0].data();
    const loss = (at: number[]) =>
      normalised(at, byHand(at, 2), scale, shift).reduce((s, y, i) => s + y * weights[i], 0);
    for (const i of [0, 1, 17, 119]) {
      const moved = (h: number) => values.map((v, k) => (k === i ? v + h : v));
      expect(slope[i]).toBeCloseTo((loss(moved(1e-4)) - loss(moved(-1e-4))) / 2e-4, 3);
    }
  });

  test("after a dense layer it normalises each unit", async () => {
    const model = nn.sequential(nn.dense(3), nn.batchNorm());
    const y = await model(random.normal([8, 5], { seed: 1 }), { training: true }).data();
    close(byHand(y, 3).mean, [0, 0, 0]);
  });

  test("frozen, it has no parameters and no batch changes it, in training as in evaluation", async () => {
    const model = nn.sequential(nn.batchNorm({ frozen: true, epsilon }));
    model.build([3, 5, 2]);
    expect([...model.parameters.keys()]).toEqual([]);
    expect([...model.buffers.keys()].sort()).toEqual(
      ["mean", "scale", "shift", "variance"].map((part) => `batchNorm1.${part}`),
    );
    const own = { mean: [0.5, -1], variance: [2, 0.25], scale: [2, 0.5], shift: [-1, 3] };
    for (const [part, values] of Object.entries(own)) model.buffers.get(`batchNorm1.${part}`)!.set(values);
    const x = random.normal(shape, { seed: 3 });
    const step = compiled((images: Tensor) => model(images, { training: true }));
    const expected = normalised(await x.data(), own, own.scale, own.shift);
    close(await step(x), expected);
    close(await model(x).data(), expected);
    for (const [part, values] of Object.entries(own))
      expect([...(await model.buffers.get(`batchNorm1.${part}`)!.read())]).toEqual(values);
  });

  test("a single value has no variance", () => {
    const model = nn.sequential("net", nn.batchNorm());
    model.build([3]);
    expect(() => model(tensor([[1, 2, 3]]), { training: true })).toThrow(
      new ShapeError(
        "net › layer 1 (batchNorm1): one value for each channel (1×3) has no variance; train with more than one example",
      ),
    );
  });

  test.each([
    ["a large mean", (i: number) => 1000 + Math.sin(i)],
    ["a first value far from all others", (i: number) => (i < 2 ? -500 : 3 + Math.cos(i))],
    ["one value alone", () => 7],
  ])("%s costs no digits", async (_, at) => {
    const x = Float32Array.from({ length: 2 * 6000 }, (_, i) => at(i));
    const model = nn.sequential(nn.batchNorm({ epsilon, momentum: 1 }));
    model.build([30, 20, 2]);
    const y = await compiled((x: Tensor) => model(x, { training: true }))(tensor(x, [10, 30, 20, 2]));
    const { n, mean, variance } = byHand(x, 2);
    const found = await model.buffers.get("batchNorm1.variance")!.read();
    variance.forEach((v, c) => {
      const unbiased = (v * n) / (n - 1);
      expect(Math.abs(found[c] - unbiased)).toBeLessThanOrEqual(1e-4 * unbiased + 1e-9);
    });
    const expected = normalised(x, { mean, variance }, [1, 1], [0, 0]);
    for (let j = 0; j < x.length; j++)
      expect(Math.abs(y[j] - expected[j])).toBeLessThan(1e-3 * (1 + Math.abs(expected[j])));
  });
});
