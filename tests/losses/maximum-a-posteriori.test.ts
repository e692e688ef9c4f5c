import { describe, expect, test } from "vitest";
import { gradients, ShapeError, tensor } from "../../src/index.js";
import { maximumAPosteriori } from "../../src/losses/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { type Numbers, numbers } from "../textbook/numbers.js";

/** The paper's equation 9, in plain loops. */
const byHand = (scores: Numbers, labels: number[], j: number): Numbers => {
  const [n, classes] = scores.shape;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const penalties = [...scores.data.slice(i * classes, (i + 1) * classes)].map((s) => -s);
    total += penalties[labels[i]] + Math.log(Math.exp(-j) + penalties.reduce((s, y) => s + Math.exp(-y), 0));
  }
  return numbers([total / n], []);
};

describe("maximum a posteriori", () => {
  const scores = uniform([4, 3], { low: -6, high: 0 });
  const labels = [2, 0, 1, 1];
  test.each([0.5, 1, 3, 50])("equation 9 and its gradient, with j = %d", async (j) => {
    const loss = (x: ReturnType<typeof toTensor>) =>
      maximumAPosteriori({ j })(x, tensor(Int32Array.from(labels)));
    await closeTo(loss(toTensor(scores)), byHand(scores, labels, j));
    await checkGradient(loss, (x) => byHand(x, labels, j), [scores]);
  });

  test("far from every code only the right class pulls", async () => {
    const x = tensor([[-900, -1000, -800]]);
    const loss = maximumAPosteriori({ j: 5 })(x, tensor(Int32Array.of(1)));
    expect([...(await gradients(loss, [x])[0].data())]).toEqual([0, -1, 0]);
    expect(await maximumAPosteriori({ j: 5 })(x, tensor(Int32Array.of(1))).item()).toBeCloseTo(995, 3);
  });

  test("what does not fit is refused", () => {
    expect(() => maximumAPosteriori({ j: 0 })).toThrow(
      new RangeError("maximumAPosteriori: j is 0, expected a number above 0"),
    );
    expect(() => maximumAPosteriori()(tensor([1, 2]), tensor(Int32Array.of(0)))).toThrow(
      new ShapeError("maximumAPosteriori: the output is 2, expected N×classes"),
    );
  });
});
