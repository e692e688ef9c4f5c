/** What a loss is made of: parts that add up over batches, and classes of any rank. */
import { describe, expect, test } from "vitest";
import { compute, grad, nn, type Tensor, tensor } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import { ShapeError } from "../../src/tensor/shapes.js";
import { generator } from "../checks/random.js";

const next = generator(3);
const scores = (n: number, width: number) => Float32Array.from({ length: n * width }, () => 4 * next() - 2);

const ofClasses: { [name: string]: losses.Loss } = {
  crossEntropy: losses.crossEntropy(),
  "crossEntropy with weights": losses.crossEntropy({ weights: [1, 2, 0.5, 4] }),
  "crossEntropy with weights and smoothing": losses.crossEntropy({ weights: [1, 2, 0.5, 4], smoothing: 0.1 }),
  focal: losses.focal(),
  hinge: losses.hinge(),
  maximumAPosteriori: losses.maximumAPosteriori(),
};
const ofValues: { [name: string]: losses.Loss } = {
  binaryCrossEntropy: losses.binaryCrossEntropy(),
  binaryFocal: losses.binaryFocal(),
  binaryHinge: losses.binaryHinge(),
  huber: losses.huber(),
  l1: losses.l1(),
  meanSquaredError: losses.meanSquaredError(),
  smoothL1: losses.smoothL1({ beta: 0.3 }),
  "one of your own, a mean over examples": (output, target) => losses.meanSquaredError()(output, target),
};

/** Seven examples, two of which do not count among the classes, in batches of three, one and three. */
const cuts = [
  [0, 3],
  [3, 4],
  [4, 7],
] as const;

describe.each([
  ...Object.entries(ofClasses).map(([name, loss]) => ({ name, loss, classes: true })),
  ...Object.entries(ofValues).map(([name, loss]) => ({ name, loss, classes: false })),
])("$name", ({ loss, classes }) => {
  test("is the same of a batch and of its uneven parts", async () => {
    const [output, values] = [scores(7, 4), scores(7, 4).map((v) => Math.abs(v) / 2)];
    const labels = Int32Array.of(0, -1, 3, 2, -1, 1, 1);
    const target = (a: number, b: number): Tensor =>
      classes ? tensor(labels.slice(a, b)) : tensor(values.slice(4 * a, 4 * b), [b - a, 4]);
    const rows = (a: number, b: number): Tensor => tensor(output.slice(4 * a, 4 * b), [b - a, 4]);
    const sums = [0, 0];
    for (const [a, b] of cuts) {
      const { total, weight, penalty } = losses.partsOf(loss, rows(a, b), target(a, b));
      expect(penalty).toBeUndefined();
      const [t, w] = await compute([total, weight]);
      sums[0] += t[0];
      sums[1] += w[0];
    }
    expect(sums[0] / sums[1]).toBeCloseTo(await loss(rows(0, 7), target(0, 7)).item(), 5);
  });
});

describe.each(Object.entries(ofClasses))("%s of a class for each pixel", (_, loss) => {
  test("is that of the rows, gradient too", async () => {
    const output = scores(2 * 3 * 5, 4);
    const labels = Int32Array.from({ length: 30 }, (_, i) => (i % 7 === 0 ? -1 : i % 4));
    const flat = (x: Tensor) => loss(x, tensor(labels));
    const maps = (x: Tensor) => loss(x, tensor(labels, [2, 3, 5]));
    const [x, pictures] = [tensor(output, [30, 4]), tensor(output, [2, 3, 5, 4])];
    expect(await maps(pictures).item()).toBe(await flat(x).item());
    expect(await grad(maps)(pictures).data()).toEqual(await grad(flat)(x).data());
  });
});

test("words of a sentence, bytes as classes, 255 for none", async () => {
  const output = tensor(scores(6, 3), [2, 3, 3]);
  const target = tensor(Uint8Array.of(0, 1, 2, 255, 255, 1), [2, 3]);
  const loss = losses.crossEntropy({ ignore: 255 });
  const { total, weight } = losses.partsOf(loss, output, target);
  expect(await weight.item()).toBe(4);
  expect((await total.item()) / 4).toBeCloseTo(await loss(output, target).item(), 6);
});

test("a penalty is there once", async () => {
  const model = nn.sequential(nn.dense(2));
  model.build([2]);
  const loss = losses.regularised(losses.regularised(losses.l1(), losses.l2Penalty(2)), losses.l1Penalty(1));
  const [x, y] = [tensor([[1, 2]]), tensor([[0, 0]])];
  const { total, weight, penalty } = losses.partsOf(loss, x, y, model.parameters);
  const [t, w, p, whole] = await compute([total, weight, penalty!, loss(x, y, model.parameters)]);
  expect(t[0] / w[0] + p[0]).toBeCloseTo(whole[0], 6);
  const weights = Array.from(await model.parameters.get("dense1.weights")!.read());
  const expected = weights.reduce((sum, v) => sum + v * v + Math.abs(v), 0);
  expect(p[0]).toBeCloseTo(expected, 5);
  expect(losses.partsOf(loss, x, y).penalty).toBeUndefined();
});

test.each<[Tensor, Tensor, string]>([
  [
    tensor(scores(12, 2), [2, 2, 3, 2]),
    tensor(new Int32Array(8), [2, 4]),
    "crossEntropy: the targets are 2×4, expected 2×2×3, the class of each of the 2×2×3 outputs (2×2×3×2)",
  ],
  [
    tensor(scores(3, 2), [3, 2]),
    tensor(new Int32Array(3), [3, 1]),
    "crossEntropy: the targets are 3×1, expected 3, the class of each of the 3 outputs (3×2)",
  ],
])("shapes that do not belong together are refused: %s and %s", (output, target, message) => {
  expect(() => losses.crossEntropy()(output, target)).toThrow(new ShapeError(message));
});

test("the pixel whose target is no class is named", () => {
  const target = tensor(Int32Array.of(0, 1, 0, 0, 0, 0, 0, 9), [2, 2, 2]);
  expect(() => losses.crossEntropy()(tensor(scores(8, 2), [2, 2, 2, 2]), target)).toThrow(
    new RangeError("crossEntropy: target 1, 1, 1 is 9, expected a class of 0 to 1, or -1, which is ignored"),
  );
});
