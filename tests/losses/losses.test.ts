import { describe, expect, test } from "vitest";
import {
  compute,
  gradients,
  mul,
  nn,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  variable,
} from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import { sgd } from "../../src/optim/index.js";
import { ShapeError } from "../../src/tensor/shapes.js";
import { fit } from "../../src/training/fit.js";
import { patterns } from "../training/patterns.js";

const logits = [
  [1, 2, 3],
  [-1, 0, 50],
  [0.5, 0.5, 0.5],
  [1000, -1000, 0], // e^1000 is beyond f32
];
const labels = [2, 1, 0, 0];

/** Plain loops of the equation. */
function byHand(output: number[][], target: number[]) {
  const rows = output.map((row) => {
    const top = Math.max(...row);
    const total = row.reduce((s, x) => s + Math.exp(x - top), 0);
    return { log: row.map((x) => x - top - Math.log(total)), p: row.map((x) => Math.exp(x - top) / total) };
  });
  return {
    loss: -rows.reduce((s, { log }, n) => s + log[target[n]], 0) / output.length,
    slope: rows.flatMap(({ p }, n) => p.map((v, k) => (v - (k === target[n] ? 1 : 0)) / output.length)),
  };
}

describe("cross entropy", () => {
  test.each([Int32Array, Uint8Array])("against plain loops, labels as %o", async (Labels) => {
    const x = tensor(logits);
    const loss = losses.crossEntropy()(x, tensor(Labels.from(labels)));
    expect(loss.shape).toEqual([]);
    const [value, slope] = await compute([loss, ...gradients(loss, [x])]);
    const expected = byHand(logits, labels);
    expect(value[0]).toBeCloseTo(expected.loss, 5);
    expected.slope.forEach((s, i) => {
      expect(slope[i]).toBeCloseTo(s, 6);
    });
  });

  test("one picture, one class", async () => {
    expect(
      await losses
        .crossEntropy()(tensor([[7]]), tensor(Int32Array.of(0)))
        .item(),
    ).toBeCloseTo(0, 7);
  });

  test.each<[Tensor, Tensor, string]>([
    [tensor([1, 2]), tensor(Int32Array.of(0)), "crossEntropy: the output is 2, expected N×classes"],
    [
      tensor([[1, 2]]),
      tensor(Int32Array.of(0, 1)),
      "crossEntropy: the targets are 2, expected 1, the class of each of the 1 outputs (1×2)",
    ],
    [tensor([[1, 2]]), tensor([0]), "oneHot: the labels are f32, expected integers (i32 or u8)"],
  ])("%s with %s is refused", (output, target, message) => {
    expect(() => losses.crossEntropy()(output, target)).toThrow(new ShapeError(message));
  });
});

test("mean squared error and l1, with their gradients", async () => {
  const x = tensor([
    [1, 2],
    [3, -4],
  ]);
  const target = tensor([
    [0, 4],
    [3, -3],
  ]);
  const squared = losses.meanSquaredError()(x, target);
  const absolute = losses.l1()(x, target);
  const [a, da, b, db] = await compute([
    squared,
    ...gradients(squared, [x]),
    absolute,
    ...gradients(absolute, [x]),
  ]);
  expect(a[0]).toBeCloseTo((1 + 4 + 0 + 1) / 4, 6);
  expect([...da]).toEqual([0.5, -1, 0, -0.5]);
  expect(b[0]).toBeCloseTo((1 + 2 + 0 + 1) / 4, 6);
  expect([...db]).toEqual([0.25, -0.25, 0, -0.25]);
  expect(() => losses.l1()(x, tensor([1, 2]))).toThrow(new ShapeError("l1: the output is 2×2, the target 2"));
});

test("a function of one's own is a loss", async () => {
  const own: losses.Loss = (output, target) => sum(square(sub(output, target)));
  expect(await own(tensor([1, 2]), tensor([0, 0])).item()).toBe(5);
});

describe("far out nothing overflows", () => {
  const far = tensor([[1000, -1000, 0]]);
  test.each<[string, losses.Loss, Tensor, number[]]>([
    ["crossEntropy", losses.crossEntropy({ smoothing: 0.3 }), tensor(Int32Array.of(1)), [0.9, -0.8, -0.1]],
    ["binaryCrossEntropy", losses.binaryCrossEntropy(), tensor([[1, 1, 0]]), [0, -1 / 3, 1 / 6]],
    ["focal", losses.focal(), tensor(Int32Array.of(0)), [0, 0, 0]],
    [
      "binaryFocal",
      losses.binaryFocal({ alpha: null }),
      tensor([[1, 0, 1]]),
      [0, 0, -(0.25 * Math.LN2 + 0.125) / 3],
    ],
  ])("%s", async (_, loss, target, expected) => {
    const slope = await gradients(loss(far, target), [far])[0].data();
    expected.forEach((value, i) => {
      expect(slope[i]).toBeCloseTo(value, 5);
    });
  });

  test("probabilities of 0 and 1 that are wrong cost 100", async () => {
    const certain = losses.binaryCrossEntropy({ of: "probabilities" });
    expect(await certain(tensor([0, 1]), tensor([1, 0])).item()).toBeCloseTo(100, 4);
  });
});

describe("class weights and smoothing", () => {
  test("a target that is named as no class adds nothing", async () => {
    const loss = losses.crossEntropy({ weights: [1, 2], smoothing: 0.5, ignore: 2 });
    const two = await loss(
      tensor([
        [1, 2],
        [3, 1],
      ]),
      tensor(Int32Array.of(1, 2)),
    ).item();
    expect(two).toBeCloseTo(await loss(tensor([[1, 2]]), tensor(Int32Array.of(1))).item(), 6);
  });

  test.each<[() => losses.Loss, string]>([
    [() => losses.crossEntropy({ smoothing: 1 }), "crossEntropy: smoothing is 1, expected 0 ≤ smoothing < 1"],
    [
      () => losses.crossEntropy({ weights: [1, -1] }),
      "crossEntropy: weights is [1, -1], expected numbers of at least 0",
    ],
    [
      () => losses.binaryCrossEntropy({ positiveWeight: -1 }),
      "binaryCrossEntropy: positiveWeight is -1, expected a number of at least 0",
    ],
    [() => losses.smoothL1({ beta: 0 }), "smoothL1: beta is 0, expected a number above 0"],
    [() => losses.huber({ delta: Number.NaN }), "huber: delta is NaN, expected a number above 0"],
    [() => losses.hinge({ margin: -1 }), "hinge: margin is -1, expected a number of at least 0"],
    [() => losses.focal({ gamma: 0.5 }), "focal: gamma is 0.5, expected 0 or a number of at least 1"],
    [() => losses.binaryFocal({ alpha: 2 }), "binaryFocal: alpha is 2, expected 0 ≤ alpha ≤ 1"],
  ])("%s is refused", (make, message) => {
    expect(make).toThrow(expect.objectContaining({ message }));
  });

  test.each<[losses.Loss, Tensor, Tensor, string]>([
    [
      losses.crossEntropy({ weights: [1, 1, 1] }),
      tensor([[1, 2]]),
      tensor(Int32Array.of(0)),
      "crossEntropy: there are 3 weights for 2 classes",
    ],
    [losses.binaryHinge(), tensor([[1, 2]]), tensor([1]), "binaryHinge: the output is 1×2, the target 1"],
    [losses.marginRanking(), tensor([1, 2]), tensor([1]), "marginRanking: the output is 2, expected N×2"],
    [
      losses.marginRanking(),
      tensor([[1, 2]]),
      tensor([1, 1]),
      "marginRanking: the targets are 2, expected 1, one for each pair (1×2)",
    ],
  ])("what does not fit is refused: %#", (loss, output, target, message) => {
    expect(() => loss(output, target)).toThrow(new ShapeError(message));
  });
});

describe("regularisers", () => {
  const parameters = new Map([
    ["conv1.filters", variable(Float32Array.of(1, -2, 3, -4), [1, 2, 2, 1])],
    ["conv1.bias", variable(Float32Array.of(10))],
  ]);
  const nothing: losses.Loss = (output) => sum(mul(output, 0));
  const [x, t] = [tensor([1]), tensor([0])];
  const penalised = (...penalties: losses.Penalty[]) =>
    losses.regularised(nothing, ...penalties)(x, t, parameters);

  test("L1 and L2 of the weights, not of the biases, and together", async () => {
    expect(await penalised(losses.l1Penalty(0.5)).item()).toBeCloseTo(5, 6);
    expect(await penalised(losses.l2Penalty(0.5)).item()).toBeCloseTo(7.5, 6);
    expect(await penalised(losses.l1Penalty(0.5), losses.l2Penalty(0.5)).item()).toBeCloseTo(12.5, 6);
  });

  test("the gradient of L2 is that of weight decay", async () => {
    const filters = parameters.get("conv1.filters")!;
    const [slope] = gradients(penalised(losses.l2Penalty(0.1)), [filters]);
    const weights = await filters.read();
    (await slope.data()).forEach((v, i) => {
      expect(v).toBeCloseTo(0.1 * weights[i], 6);
    });
  });

  test("which parameters count can be said", async () => {
    const ofBias = losses.l1Penalty(1, { of: (path) => path.endsWith("bias") });
    expect(await penalised(ofBias).item()).toBeCloseTo(10, 6);
    expect(() => penalised(losses.l1Penalty(1, { of: () => false }))).toThrow(
      new TypeError("l1Penalty: none of the 2 parameters counts"),
    );
    expect(() => losses.l2Penalty(-1)).toThrow(
      new RangeError("l2Penalty: the factor is -1, expected a number of at least 0"),
    );
  });

  test("without parameters, in evaluation, it is the loss alone", async () => {
    expect(await losses.regularised(losses.l1(), losses.l2Penalty(1))(x, t).item()).toBe(1);
  });

  test("training with it makes weights smaller", async () => {
    const size = async (loss: losses.Loss): Promise<number> => {
      const model = nn.sequential(nn.flatten(), nn.dense(4));
      const options = { loss, optimizer: sgd({ lr: 0.1 }), epochs: 2, batchSize: 16 };
      for await (const _ of fit(model, patterns(64), options));
      const weights = await model.parameters.get("dense1.weights")!.read();
      return Array.from(weights, (w) => w * w).reduce((a, b) => a + b);
    };
    const [plain, penalised] = [
      await size(losses.crossEntropy()),
      await size(losses.regularised(losses.crossEntropy(), losses.l2Penalty(0.5))),
    ];
    expect(penalised).toBeLessThan(0.7 * plain);
  });
});
