/** Targets that are no class: which may be, and what they do to a mean. */
import { describe, expect, test } from "vitest";
import { grad, type Tensor, tensor, valueAndGrad } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import { compiled } from "../checks/compiled.js";

const scores = [
  [1, 2, 3],
  [0, 0, 0],
];

const makers: { [name: string]: (ignore?: number) => losses.Loss } = {
  crossEntropy: (ignore) => losses.crossEntropy({ ignore }),
  "crossEntropy with weights of 1": (ignore) => losses.crossEntropy({ weights: [1, 1, 1], ignore }),
  "crossEntropy with weights": (ignore) => losses.crossEntropy({ weights: [1, 2, 3], ignore }),
  "crossEntropy with smoothing": (ignore) => losses.crossEntropy({ smoothing: 0.1, ignore }),
  "crossEntropy with both": (ignore) => losses.crossEntropy({ weights: [1, 2, 3], smoothing: 0.1, ignore }),
  focal: (ignore) => losses.focal({ ignore }),
  hinge: (ignore) => losses.hinge({ ignore }),
  maximumAPosteriori: (ignore) => losses.maximumAPosteriori({ ignore }),
};
const all = Object.entries(makers).map(([name, make]) => ({ name, make }));

async function both(loss: losses.Loss, rows: number[][], target: Tensor): Promise<[number, number[]]> {
  const { value, gradient } = valueAndGrad((x) => loss(x, target))(tensor(rows));
  return [await value.item(), Array.from(await gradient.data(), (v) => v + 0)];
}

describe("the mean is over the targets that count", () => {
  /** PyTorch's, with ignore_index. */
  test.each([
    ["crossEntropy", 0.40760595, [0.09003058, 0.24472849, -0.334759]],
    ["crossEntropy with weights of 1", 0.40760595, [0.09003058, 0.24472849, -0.334759]],
    ["crossEntropy with smoothing", 0.5076059, [0.05669725, 0.21139516, -0.26809233]],
    ["crossEntropy with both", 0.43846354, [0.07591845, 0.21434866, -0.29026702]],
  ])("%s divides by 1 of the 2, as PyTorch does", async (name, value, slope) => {
    const [found, gradient] = await both(makers[name](), scores, tensor(Int32Array.of(2, -1)));
    expect(found).toBeCloseTo(value, 6);
    [...slope, 0, 0, 0].forEach((v, i) => {
      expect(gradient[i]).toBeCloseTo(v, 6);
    });
  });

  test.each(all)("$name: as if the example were not there", async ({ make }) => {
    const [alone, slope] = await both(make(), [scores[0]], tensor(Int32Array.of(2)));
    for (const ignore of [-1, -100, 3, 255, 1]) {
      const [found, gradient] = await both(make(ignore), scores, tensor(Int32Array.of(2, ignore)));
      expect(found).toBeCloseTo(alone, 6);
      [...slope, 0, 0, 0].forEach((v, i) => {
        expect(gradient[i]).toBeCloseTo(v, 6);
      });
    }
    const bytes = await both(make(255), scores, tensor(Uint8Array.of(2, 255)));
    expect(bytes[0]).toBeCloseTo(alone, 6);
  });

  test.each(all)("$name: where no target counts the loss is 0, and nothing is learned", async ({ make }) => {
    expect(await both(make(), scores, tensor(Int32Array.of(-1, -1)))).toEqual([0, [0, 0, 0, 0, 0, 0]]);
  });

  test("where the targets that count have no weight, too", async () => {
    const loss = losses.crossEntropy({ weights: [0, 1, 1] });
    expect(await both(loss, scores, tensor(Int32Array.of(0, -1)))).toEqual([0, [0, 0, 0, 0, 0, 0]]);
  });
});

describe("any other target that is no class is a mistake", () => {
  test.each(all)("$name refuses it by name", ({ name, make }) => {
    const speaker = name.split(" ")[0];
    expect(() => make()(tensor(scores), tensor(Int32Array.of(0, 3)))).toThrow(
      new RangeError(`${speaker}: target 1 is 3, expected a class of 0 to 2, or -1, which is ignored`),
    );
    expect(() => make(255)(tensor(scores), tensor(Int32Array.of(-1, 0)))).toThrow(
      new RangeError(`${speaker}: target 0 is -1, expected a class of 0 to 2, or 255, which is ignored`),
    );
  });

  test.each(all)("$name in a compiled step, where targets are not known yet, is NaN", async ({ make }) => {
    const loss = make();
    const run = compiled((x: Tensor, t: Tensor) => ({
      value: loss(x, t),
      slope: grad((y) => loss(y, t))(x),
    }));
    const { value, slope } = await run(tensor(scores), tensor(Int32Array.of(0, 3)));
    expect(value[0]).toBeNaN();
    expect([...slope].some(Number.isNaN)).toBe(true);
    const good = await run(tensor(scores), tensor(Int32Array.of(0, -1)));
    expect(Number.isFinite(good.value[0])).toBe(true);
  });

  test.each(all)("$name: which target is ignored must be a whole number", ({ name, make }) => {
    expect(() => make(0.5)).toThrow(
      new RangeError(`${name.split(" ")[0]}: ignore is 0.5, expected a whole number`),
    );
  });
});
