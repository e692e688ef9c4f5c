/** What a loss is made of: parts that add up over batches, and classes of any rank. */
import { describe, expect, test } from "vitest";
import { compute, grad, nn, type Tensor, tensor } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import { ShapeError } from "../../src/tensor/shapes.js";
import { generator } from "../checks/random.js";

const next = generator(3);
const scores = (n: number, width: number) => Float32Array.from({ length: n * width }, () => 4 * next() - 2);

/** What a loss may be given of seven examples: outputs, and targets of which two do not count among classes. */
const targets = {
  classes: { data: Int32Array.of(0, -1, 3, 2, -1, 1, 1), shape: [], width: 4 },
  values: { data: scores(7, 4).map((v) => Math.abs(v) / 2), shape: [4], width: 4 },
  pairs: { data: Int32Array.of(1, -1, 1, 1, -1, -1, 1), shape: [], width: 2 },
} as const;
type Kind = keyof typeof targets;
const kinds = Object.keys(targets) as Kind[];

const output = { 4: scores(7, 4), 2: scores(7, 2) };
const rowsOf = (kind: Kind, a = 0, b = 7): Tensor => {
  const { width } = targets[kind];
  return tensor(output[width].slice(a * width, b * width), [b - a, width]);
};
const targetOf = (kind: Kind, a = 0, b = 7): Tensor => {
  const { data, shape } = targets[kind];
  const each = shape[0] ?? 1;
  const part = data.slice(a * each, b * each);
  return tensor(kind === "pairs" ? Float32Array.from(part) : part, [b - a, ...shape]);
};

/** The kind of targets that it takes; of classes rather than of values, where it does not say. */
const kindOf = (loss: losses.Loss): Kind | undefined =>
  kinds.find((kind) => {
    try {
      loss(rowsOf(kind), targetOf(kind));
      return kind !== "classes" || loss.ignore !== undefined;
    } catch {
      return false;
    }
  });

const { partsOf: _, regularised: __, l1Penalty: ___, l2Penalty: ____, ...makers } = losses;
/** Every loss of the library as it is made of no options, and some of others. */
const every: { readonly [name: string]: losses.Loss } = {
  ...Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()])),
  "crossEntropy with weights": losses.crossEntropy({ weights: [1, 2, 0.5, 4] }),
  "crossEntropy with weights and smoothing": losses.crossEntropy({ weights: [1, 2, 0.5, 4], smoothing: 0.1 }),
  "smoothL1 of another width": losses.smoothL1({ beta: 0.3 }),
  "one of your own, a mean over examples": (output, target) => losses.meanSquaredError()(output, target),
};
const known = Object.entries(every).map(([name, loss]) => ({ name, loss, kind: kindOf(loss) }));
const ofClasses = known
  .filter(({ kind }) => kind === "classes")
  .map(({ name, loss }) => [name, loss] as const);

/** Seven examples, two of which do not count among the classes, in batches of three, one and three. */
const cuts = [
  [0, 3],
  [3, 4],
  [4, 7],
] as const;

describe.each(known)("$name", ({ loss, kind }) => {
  if (!kind) {
    test("takes targets of a kind that is tried here", () =>
      expect.fail("it takes none of those in `targets`: write what it takes there"));
    return;
  }

  test("is the same of a batch and of its uneven parts", async () => {
    const sums = [0, 0];
    for (const [a, b] of cuts) {
      const { total, weight, penalty } = losses.partsOf(loss, rowsOf(kind, a, b), targetOf(kind, a, b));
      expect(penalty).toBeUndefined();
      const [t, w] = await compute([total, weight]);
      sums[0] += t[0];
      sums[1] += w[0];
    }
    expect(sums[0] / sums[1]).toBeCloseTo(await loss(rowsOf(kind), targetOf(kind)).item(), 5);
  });

  test("falls along its gradient as fast as the gradient says", async () => {
    const [x, target] = [rowsOf(kind), targetOf(kind)];
    const slope = [...(await grad((output: Tensor) => loss(output, target))(x).data())];
    const along = scores(7, targets[kind].width);
    const step = 1e-2;
    const at = async (by: number): Promise<number> => {
      const moved = output[targets[kind].width].map((v, i) => v + by * along[i]);
      return loss(tensor(moved, x.shape), target).item();
    };
    const expected = ((await at(step)) - (await at(-step))) / (2 * step);
    const found = slope.reduce((sum, v, i) => sum + v * along[i], 0);
    expect(Math.abs(found - expected)).toBeLessThan(0.02 * (1 + Math.abs(expected)));
  });
});

describe.each(ofClasses)("%s of a class for each pixel", (_, loss) => {
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
