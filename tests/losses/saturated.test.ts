/** Probabilities of 0 and 1, and scores far out: what PyTorch 1.13 computes in f32. */
import { describe, expect, test } from "vitest";
import { grad, mean, sigmoid, type Tensor, tensor, valueAndGrad } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";

async function both(loss: losses.Loss, output: Tensor, target: Tensor): Promise<[number, number[]]> {
  const { value, gradient } = valueAndGrad((x) => loss(x, target))(output);
  return [await value.item(), [...(await gradient.data())]];
}

const near = (found: number, expected: number): void => {
  if (Number.isFinite(expected) && expected !== 0)
    expect(Math.abs(found / expected - 1), `${found}, expected ${expected}`).toBeLessThan(1e-5);
  else expect(found + 0).toBe(expected);
};

describe("binary cross entropy of probabilities", () => {
  const loss = losses.binaryCrossEntropy({ of: "probabilities" });

  test.each([
    { p: 0, t: 0, value: 0, slope: 0 },
    { p: 1, t: 1, value: 0, slope: 0 },
    { p: 0, t: 1, value: 100, slope: -1e12 },
    { p: 1, t: 0, value: 100, slope: 1e12 },
    { p: 1e-30, t: 1, value: 69.07755, slope: -1e12 },
    { p: 1e-30, t: 0, value: 0, slope: 1e-18 },
    { p: 0.5, t: 0.25, value: Math.LN2, slope: 1 },
  ])("p = $p, t = $t", async ({ p, t, value, slope }) => {
    const [found, [gradient]] = await both(loss, tensor([p]), tensor([t]));
    near(found, value);
    near(gradient, slope);
  });

  test("a saturated sigmoid that is right does not make the weights NaN", async () => {
    const slopes = await grad((x) => loss(sigmoid(x), tensor([0, 1])))(tensor([-200, 200])).data();
    expect([...slopes].map((v) => v + 0)).toEqual([0, 0]);
  });

  test("positive examples that weigh more, and targets that are asked for their slope", async () => {
    const weighted = losses.binaryCrossEntropy({ of: "probabilities", positiveWeight: 3 });
    const [found, [slope]] = await both(weighted, tensor([0.25]), tensor([1]));
    near(found, -3 * Math.log(0.25));
    near(slope, -12);
    const byTarget = await grad((t) => loss(tensor([0.25]), t))(tensor([0])).item();
    near(byTarget, Math.log(0.75) - Math.log(0.25));
  });

  test("what is neither is refused", () => {
    expect(() => losses.binaryCrossEntropy({ of: "probability" as "logits" })).toThrow(
      new RangeError('binaryCrossEntropy: of is "probability", expected "logits" or "probabilities"'),
    );
  });
});

describe("logits far out", () => {
  test.each([
    { x: 1e4, t: 0, value: 1e4, slope: 1 },
    { x: 1e4, t: 1, value: 0, slope: 0 },
    { x: -1e4, t: 1, value: 1e4, slope: -1 },
    { x: -1e4, t: 0, value: 0, slope: 0 },
    { x: 3e38, t: 0, value: 3e38, slope: 1 },
    { x: Number.NEGATIVE_INFINITY, t: 0, value: 0, slope: 0 },
    { x: Number.POSITIVE_INFINITY, t: 1, value: 0, slope: 0 },
    { x: Number.NEGATIVE_INFINITY, t: 1, value: Number.POSITIVE_INFINITY, slope: -1 },
  ])("binary cross entropy, x = $x, t = $t", async ({ x, t, value, slope }) => {
    const [found, [gradient]] = await both(losses.binaryCrossEntropy(), tensor([x]), tensor([t]));
    near(found, value);
    near(gradient, slope);
  });

  test.each([
    { x: 1e4, t: 1, value: 0, slope: 0 },
    { x: -1e4, t: 0, value: 0, slope: 0 },
    { x: 1e4, t: 0, value: 0.75 * 1e4, slope: 0.75 },
    { x: -1e4, t: 1, value: 0.25 * 1e4, slope: -0.25 },
    { x: Number.NEGATIVE_INFINITY, t: 0, value: 0, slope: 0 },
    { x: Number.POSITIVE_INFINITY, t: 1, value: 0, slope: 0 },
    { x: Number.NEGATIVE_INFINITY, t: 1, value: Number.POSITIVE_INFINITY, slope: -0.25 },
    { x: 3e38, t: 0, value: 0.75 * 3e38, slope: 0.75 },
    { x: -3e38, t: 1, value: 0.25 * 3e38, slope: -0.25 },
    { x: 3e38, t: 1, value: 0, slope: 0 },
  ])("binary focal loss, x = $x, t = $t", async ({ x, t, value, slope }) => {
    const [found, [gradient]] = await both(losses.binaryFocal(), tensor([x]), tensor([t]));
    near(found, value);
    near(gradient, slope);
  });

  test.each([2, 1, 5, 0])("focal loss of logits of 3e38 has a slope, gamma %i", async (gamma) => {
    const logits = tensor([[3e38, -3e38, 0]]);
    for (const [target, slope] of [
      [2, [1, 0, -1]],
      [0, [0, 0, 0]],
    ] as const) {
      const [, found] = await both(losses.focal({ gamma }), logits, tensor(Int32Array.of(target)));
      expect([...found]).toEqual(slope.map((v) => expect.closeTo(v, 6)));
    }
  });

  test("an output that is no number makes every loss NaN", async () => {
    const x = tensor([[Number.NaN, 0]]);
    const classes = [losses.crossEntropy(), losses.focal(), losses.hinge(), losses.maximumAPosteriori()];
    for (const loss of classes) expect(await loss(x, tensor(Int32Array.of(1))).item()).toBeNaN();
    const values = [
      losses.binaryCrossEntropy(),
      losses.binaryFocal(),
      losses.binaryHinge(),
      losses.huber(),
      losses.smoothL1(),
      losses.l1(),
      losses.meanSquaredError(),
      losses.binaryCrossEntropy({ of: "probabilities" }),
    ];
    for (const loss of values) expect(await loss(x, tensor([[1, 0]])).item()).toBeNaN();
    expect(
      await losses
        .marginRanking()(x, tensor([1]))
        .item(),
    ).toBeNaN();
    expect(await mean(x).item()).toBeNaN();
  });
});
