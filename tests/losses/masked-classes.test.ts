/** Classes that are masked by a logit of −∞, and logits at the end of f32. Expected values are PyTorch's. */
import { describe, expect, test } from "vitest";
import { logSoftmax, softmax, tensor, valueAndGrad } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";

const inf = Number.POSITIVE_INFINITY;

async function both(loss: losses.Loss, row: number[], target: number): Promise<[number, number[]]> {
  const { value, gradient } = valueAndGrad((x) => loss(x, tensor(Int32Array.of(target))))(tensor([row]));
  return [await value.item(), [...(await gradient.data())]];
}

const p = 1 / (1 + Math.E); // softmax of 0, −∞, 1 at 0
const focalSlope = (q: number): number => 2 * (1 - q) * q * Math.log(q) - (1 - q) ** 2; // dE/d ln p
const rows: [string, losses.Loss, row: number[], target: number, value: number, slope: number[]][] = [
  ["crossEntropy", losses.crossEntropy(), [0, -inf, 1], 0, 1.3132617, [p - 1, 0, 1 - p]],
  [
    "crossEntropy with weights",
    losses.crossEntropy({ weights: [2, 3, 1] }),
    [0, -inf, 1],
    0,
    1.3132617,
    [p - 1, 0, 1 - p],
  ],
  [
    "crossEntropy, the masked class smoothed",
    losses.crossEntropy({ smoothing: 0.1 }),
    [0, -inf, 1],
    0,
    inf,
    [-0.66439188, -1 / 30, 0.69772524],
  ],
  [
    "crossEntropy, the masked class smoothed without weight",
    losses.crossEntropy({ smoothing: 0.1, weights: [1, 0, 1] }),
    [0, -inf, 1],
    0,
    1.2361528,
    [-0.67335659, 0, 0.67335665],
  ],
  ["crossEntropy, the masked class asked for", losses.crossEntropy(), [0, -inf, 1], 1, inf, [p, -1, 1 - p]],
  ["crossEntropy at the end of f32", losses.crossEntropy(), [3e38, -3e38, 1], 0, 0, [0, 0, 0]],
  ["crossEntropy at the other end of f32", losses.crossEntropy(), [3e38, -3e38, 1], 1, inf, [1, -1, 0]],
  [
    "focal",
    losses.focal(),
    [0, -inf, 1],
    0,
    -((1 - p) ** 2) * Math.log(p),
    [focalSlope(p) * (1 - p), 0, focalSlope(p) * (p - 1)],
  ],
  ["focal, the masked class asked for", losses.focal(), [0, -inf, 1], 1, inf, [p, -1, 1 - p]],
  ["focal at the end of f32", losses.focal(), [3e38, -3e38, 1], 0, 0, [0, 0, 0]],
  ["focal of gamma 0", losses.focal({ gamma: 0 }), [0, -inf, 1], 0, 1.3132617, [p - 1, 0, 1 - p]],
  ["focal of gamma 1.5", losses.focal({ gamma: 1.5 }), [-1e4, 0, -inf], 0, 1e4, [-1, 1, 0]],
  ["hinge", losses.hinge(), [0, -inf, 1], 0, 2, [-1, 0, 1]],
  ["hinge, the masked class asked for", losses.hinge(), [0, -inf, 1], 1, inf, [1, -2, 1]],
  ["hinge, all but one class masked", losses.hinge(), [0, -inf, -inf], 1, inf, [1, -1, 0]],
  ["hinge at the end of f32", losses.hinge(), [3e38, -3e38, 1], 0, 0, [0, 0, 0]],
  [
    "maximumAPosteriori",
    losses.maximumAPosteriori(),
    [-2, -inf, -1],
    0,
    2 + Math.log(Math.exp(-1) + Math.exp(-2) + Math.exp(-1)),
    [-0.8446376, 0, 0.4223188],
  ],
  [
    "maximumAPosteriori, the masked class asked for",
    losses.maximumAPosteriori(),
    [0, -inf, 0],
    1,
    inf,
    [1 / (2 + Math.exp(-1)), -1, 1 / (2 + Math.exp(-1))],
  ],
  ["maximumAPosteriori at the end of f32", losses.maximumAPosteriori(), [3e38, -3e38, 1], 0, 0, [0, 0, 0]],
];

describe("a masked class does not make the loss NaN", () => {
  test.each(rows)("%s", async (_, loss, row, target, value, slope) => {
    const [found, gradient] = await both(loss, row, target);
    if (Number.isFinite(value)) expect(Math.abs(found - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
    else expect(found).toBe(value);
    slope.forEach((v, i) => {
      expect(gradient[i]).toBeCloseTo(v, 5);
    });
  });

  test("softmax and its logarithm", async () => {
    const x = tensor([[0, -inf, 1]]);
    const near = (found: ArrayLike<number>, expected: number[]): void => {
      expected.forEach((v, i) => {
        if (Number.isFinite(v)) expect(found[i]).toBeCloseTo(v, 6);
        else expect(found[i]).toBe(v);
      });
    };
    near(await softmax(x).data(), [p, 0, 1 - p]);
    near(await logSoftmax(x).data(), [Math.log(p), -inf, Math.log(1 - p)]);
    near(await softmax(tensor([[3e38, -3e38]])).data(), [1, 0]);
  });

  test("a row of −∞ alone has no softmax: NaN, as in PyTorch", async () => {
    expect([...(await softmax(tensor([[-inf, -inf]])).data())]).toEqual([Number.NaN, Number.NaN]);
    for (const loss of [losses.crossEntropy(), losses.focal()])
      expect((await both(loss, [-inf, -inf], 0))[0]).toBeNaN();
  });
});
