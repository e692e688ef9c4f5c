import { describe, expect, test } from "vitest";
import { partial } from "../../src/autodiff/gradients.js";
import { linearise } from "../../src/compiler/graph.js";
import { programFor } from "../../src/compiler/plan.js";
import * as receptive from "../../src/index.js";
import type { TargetDescription } from "../../src/kernels/language.js";
import { draftOf } from "../../src/kernels/library.js";
import { printKernel } from "../../src/kernels/print.js";
import { Engine, type EngineOptions } from "../../src/runtime/engine.js";
import type { TargetName } from "../../src/runtime/machine-choice.js";
import { wasmTarget } from "../../src/targets/wasm/emitter.js";
import { x64Target } from "../../src/targets/x64/emitter.js";
import { compile } from "../../src/tensor/compile.js";
import { placeholder } from "../../src/tensor/tensor.js";
import { traced } from "../../src/tensor/tracing.js";
import { generator } from "../checks/random.js";
import { checkGraphs, tensorsOf, withBatch } from "./random-graphs.js";

const { add, conv2d, matmul, maxPool2d, mean, models, mul, nn, random, relu, reshape, softmax, sum } =
  receptive;
type Tensor = receptive.Tensor;

const sizes = [16, 1, 7, 33];

/** A device of its own, whose kernels are new, and the names of those that it was given. */
function opened(options: Partial<EngineOptions> = {}): { device: Engine; kernels: string[] } {
  const kernels: string[] = [];
  const target = process.env.RECEPTIVE_TARGET as TargetName | undefined;
  const device = new Engine({ threads: 1, target, onKernel: ({ name }) => kernels.push(name), ...options });
  return { device, kernels };
}

const weights = (seed: number, ...shape: number[]): Tensor =>
  random.uniform(shape, { seed, min: -0.1, max: 0.1 });
const batchOf = (n: number, ...shape: number[]): Tensor =>
  random.uniform([n, ...shape], { seed: 9, min: -1, max: 1 });

/** Convolutions of several kinds, small enough for minimal filtering and not, and what stands between them. */
const wide = {
  first: weights(1, 3, 3, 3, 64),
  second: weights(2, 3, 3, 64, 64),
  third: weights(3, 1, 1, 64, 48),
};
const bias = weights(4, 64);
function features(x: Tensor): Tensor {
  const a = relu(add(conv2d(x, wide.first, { padding: "same" }), bias));
  const b = maxPool2d(relu(conv2d(a, wide.second, { padding: "same" })), 2);
  const c = relu(conv2d(b, wide.third, { stride: 2 }));
  return mean(c, { axis: [1, 2] });
}
const last = weights(5, 48, 10);
const scores = (x: Tensor): Tensor => softmax(matmul(features(x), last));
/** The gradients of a filter and of the picture, sums over the batch. */
function slopes(x: Tensor): { [name: string]: Tensor } {
  const of = [wide.second, last, x];
  const [second, ofLast, ofX] = partial(sum(mul(scores(x), scores(x))), of) as Tensor[];
  return { second, ofLast, ofX };
}

/** What is asked for so many examples of a shape; how few make no sense. A device has parameters of its own. */
interface Case {
  f?: (x: Tensor) => Tensor;
  layers?: () => receptive.Layer[];
  input: number[];
  least?: number;
}

const ids = (n: number, below: number): Tensor =>
  receptive.tensor(Int32Array.from({ length: n }, (_, i) => (i * 7 + 3) % below));

/** Whatever a batch goes through: along its axis, over it, and where it is mixed with others. */
const cases: { [name: string]: Case } = {
  "dense layers": {
    f: (x) => softmax(matmul(relu(add(matmul(x, weights(6, 40, 70)), weights(7, 70))), weights(8, 70, 5))),
    input: [40],
  },
  "batch normalisation and dropout in training": {
    layers: () => [
      nn.conv2d({ filters: 17, kernel: 3, padding: "same" }),
      nn.batchNorm(),
      nn.relu(),
      nn.dropout(0.4),
      nn.flatten(),
      nn.dense(3),
    ],
    input: [6, 5, 3],
    least: 1,
  },
  "layer normalisation": { layers: () => [nn.layerNorm()], input: [5, 12] },
  "an LSTM": { layers: () => [nn.lstm({ units: 9 })], input: [4, 6] },
  "a GRU": { layers: () => [nn.gru({ units: 18, outputs: "last" })], input: [3, 6] },
  CTC: {
    f: (x) => receptive.ctcLoss(x, reshape(ids(x.shape[0] * 2, 3), [x.shape[0], 2]), { blank: 4 }),
    input: [6, 5],
    least: 1,
  },
  "depthwise convolutions of stride 2, and averages": {
    f: (x) => receptive.avgPool2d(conv2d(x, weights(9, 3, 3, 1, 12), { groups: 12, stride: 2 }), 2),
    input: [9, 9, 12],
  },
  "rows picked from the batch": {
    f: (x) => receptive.gather(x, ids(11, x.shape[0])),
    input: [19],
    least: 1,
  },
  "as many rows picked from a table": {
    f: (x) => mul(x, receptive.gather(weights(10, 13, 21), ids(x.shape[0], 13))),
    input: [21],
  },
  "columns picked": { f: (x) => receptive.gather(x, ids(9, 7), { axis: 1 }), input: [7, 5] },
  "sums over the batch": { f: (x) => sum(mul(x, x), { axis: 0 }), input: [3, 37] },
  "sums over the batch and more": { f: (x) => sum(mul(x, x), { axis: [0, 2] }), input: [3, 37, 5] },
  "means and variances over the batch": {
    f: (x) => add(mean(x, { axis: 0 }), receptive.variance(x, { axis: 0 })),
    input: [33],
    least: 1,
  },
  "one number": { f: (x) => mean(mul(x, x)), input: [7, 5], least: 1 },
  "the greatest of the batch": { f: (x) => receptive.max(x, { axis: 0 }), input: [18], least: 1 },
  "running sums along the batch": { f: (x) => receptive.cumsum(x, { axis: 0 }), input: [18] },
  "running sums along a line": { f: (x) => receptive.cumsum(x, { axis: 1 }), input: [18, 3] },
  "the batch turned round, padded, doubled": {
    f: (x) =>
      receptive.concat(
        [
          receptive.pad(
            receptive.flip(x, 0),
            [
              [1, 2],
              [0, 1],
            ],
            { value: -0 },
          ),
          relu(padded(x)),
        ],
        {
          axis: 0,
        },
      ),
    input: [12],
  },
  "the batch innermost": { f: (x) => relu(receptive.transpose(x, [1, 2, 0])), input: [4, 19] },
  "the batch in the middle": { f: (x) => relu(receptive.transpose(x, [1, 0, 2])), input: [4, 19] },
  "the batch in one axis with others": {
    f: (x) => matmul(reshape(x, [x.shape[0] * 3, 8]), weights(11, 8, 18)),
    input: [6, 4],
  },
  "the batch in the second axis": {
    f: (x) => matmul(reshape(x, [4, x.shape[0] * 5]), reshape(x, [x.shape[0] * 5, 4])),
    input: [20],
  },
  "products over the batch": { f: (x) => matmul(receptive.transpose(x), x), input: [21] },
  "products of the batch with itself": { f: (x) => matmul(x, receptive.transpose(x)), input: [21] },
  "a product for each example": {
    f: (x) => matmul(x, receptive.transpose(x, [0, 2, 1])),
    input: [5, 18],
  },
};

const padded = (x: Tensor): Tensor =>
  receptive.pad(x, [
    [0, 0],
    [1, 0],
  ]);

/** Results, and the gradients of the sum of their squares. */
function withSlopes({ f, layers, input }: Case): (x: Tensor) => { [name: string]: Tensor } {
  const model = nn.sequential(...(layers?.() ?? [nn.relu()]));
  model.build(input);
  const seed = receptive.tensor(Int32Array.of(5), []);
  return (x) => {
    const y = f?.(x) ?? model(x, { training: true, seed });
    const slopes = receptive.gradients(sum(mul(y, y)), [x, ...model.parameters.values()]);
    return { y, ...Object.fromEntries(slopes.entries()) };
  };
}

const bitsOf = (values: ArrayLike<number>): Int32Array => new Int32Array(Float32Array.from(values).buffer);

type Run = (x: Tensor) => Promise<{ [name: string]: Tensor }>;

async function numbers(run: Run, x: Tensor): Promise<{ [name: string]: Int32Array }> {
  const results = Object.entries(await run(x));
  return Object.fromEntries(
    await Promise.all(results.map(async ([name, t]) => [name, bitsOf(await t.data())])),
  );
}

/** Compiles for a device of its own. */
const compiledFor = (device: Engine, f: (x: Tensor) => { [name: string]: Tensor }): Run =>
  compile(f, { device }) as Run;

describe("one function, batches of many sizes", () => {
  test.each([
    ["scores", (x: Tensor) => ({ scores: scores(x) })],
    ["gradients", slopes],
  ] as const)("%s are those of a device that has seen no other size, bit for bit", async (_, f) => {
    const shared = opened();
    const run = compiledFor(shared.device, f);
    for (const n of sizes) {
      const x = await settled(batchOf(n, 16, 16, 3));
      const alone = opened();
      expect(await numbers(run, x), `${n} pictures`).toEqual(await numbers(compiledFor(alone.device, f), x));
      await alone.device.close();
    }
    await shared.device.close();
  });

  test("growing, shrinking, empty: whatever the batch goes through, and its gradient", {
    timeout: 120_000,
  }, async () => {
    const grown = [5, 9, 1, 8, 0, 2, 70, 3];
    const shared = opened({ threads: 2, shareAll: true });
    const runs = new Map(
      Object.entries(cases).map(([name, one]) => [name, compiledFor(shared.device, withSlopes(one))]),
    );
    for (const n of grown) {
      // Of each size a device that sees no other.
      const alone = opened();
      for (const [name, one] of Object.entries(cases)) {
        if (n < (one.least ?? 0)) continue;
        const x = await settled(batchOf(n, ...one.input));
        const expected = await numbers(compiledFor(alone.device, withSlopes(one)), x);
        expect(await numbers(runs.get(name)!, x), `${name}, ${n} examples`).toEqual(expected);
      }
      await alone.device.close();
    }
    await shared.device.close();
  });

  test("no kernel of convolutions is written again", async () => {
    const { device, kernels } = opened();
    const run = compile(features, { device });
    await run(await settled(batchOf(16, 32, 32, 3)));
    const first = kernels.length;
    expect(first).toBeGreaterThan(4);
    for (const n of [12, 33, 7]) await run(await settled(batchOf(n, 32, 32, 3)));
    expect(kernels.slice(first)).toEqual([]);
    await device.close();
  });
});

test("numbers that kernels are told are told apart: 0, -0 and NaN, too", () => {
  const at = { offset: 0, strides: [] };
  const drafted = (...numbers: number[]) =>
    draftOf(wasmTarget({ relaxedSimd: false }), {
      kind: "map",
      space: [],
      stores: numbers.map((told, buffer) => ({
        value: {
          kind: "apply",
          name: "constant",
          rule: (k) => k.number(told),
          told,
          inputs: [],
          type: "f32",
        },
        buffer,
        type: "f32",
        at,
      })),
    });
  const codeOf = (draft: ReturnType<typeof drafted>): string =>
    printKernel(draft.write(wasmTarget({ relaxedSimd: false }), "any"));
  const [special, plain, one] = [drafted(0, -0, Number.NaN), drafted(1, 2, 3), drafted(1, 1, 1)];
  expect(special.text).toBe(plain.text);
  expect(codeOf(special)).toBe(codeOf(plain));
  expect(one.text).not.toBe(plain.text);
  expect(special.told).toEqual([0, 0, -(2 ** 31), 0x7fc00000]);
});

const settled = async (x: Tensor): Promise<Tensor> => {
  await receptive.compute(x);
  return x;
};

const targets: { [name: string]: TargetDescription } = {
  wasm: wasmTarget({ relaxedSimd: false }),
  avx2: x64Target("avx2"),
  avx512: x64Target("avx512"),
};

/** The network, and the gradients of all its parameters, for so many pictures. */
function graphOf(model: receptive.Model, input: readonly number[], n: number) {
  const x = placeholder([n, ...input], "f32");
  const { result, trace } = traced(() => {
    const y = model(x, { training: true });
    const scaled = reshape(y, [n, y.size / n]);
    return [y, ...partial(sum(mul(scaled, scaled)), [...model.parameters.values()])] as Tensor[];
  });
  return linearise(result, trace.assignments, [x]);
}

/** A network of pictures whose layers are drawn by a seed, and its input. */
function drawnNetwork(seed: number): { model: receptive.Model; input: number[] } {
  const next = generator(seed);
  const one = <T>(...of: readonly T[]): T => of[Math.floor(next() * of.length)];
  const filters = (): number => one(1, 3, 8, 15, 16, 17, 32, 48);
  const kinds: readonly (() => receptive.Layer)[] = [
    () => nn.conv2d({ filters: 4 * filters(), kernel: 3, groups: one(1, 2, 4), padding: "same" }),
    () =>
      nn.conv2d({
        filters: filters(),
        kernel: one(1, 2, 5),
        stride: one(1, 2),
        dilation: one(1, 2),
        padding: 4,
      }),
    () => nn.depthwiseConv2d({ kernel: 3, stride: one(1, 2), padding: "same" }),
    () => nn.conv2dTranspose({ filters: filters(), kernel: 3, stride: one(1, 2) }),
    () => one(nn.maxPool2d, nn.avgPool2d)(2, { stride: one(1, 2) }),
    () => one(nn.batchNorm, nn.instanceNorm, nn.layerNorm, nn.relu, nn.silu)(),
    () => one(nn.localResponseNorm({ size: 3 }), nn.dropout(0.3)),
    () => nn.residual([nn.depthwiseConv2d({ kernel: 3, padding: "same" }), nn.batchNorm()]),
  ];
  const layers = Array.from({ length: 1 + Math.floor(5 * next()) }, () => one(...kinds)());
  const input = [one(7, 8, 12), one(6, 9), 4 * one(1, 2, 4)];
  return { model: nn.sequential(...layers, nn.flatten(), nn.dense(one(2, 16, 33))), input };
}

/** A step of its training, the update included; null where its layers do not follow each other. */
function stepGraph(
  { model, input }: ReturnType<typeof drawnNetwork>,
  n: number,
  optimizer: receptive.Optimizer,
) {
  try {
    model.build(input);
  } catch (error) {
    if (error instanceof receptive.ShapeError) return null;
    throw error;
  }
  const learner = receptive.optim.learner(optimizer, model.parameters);
  const [x, seed, lr, step] = [
    placeholder([n, ...input], "f32"),
    ...[placeholder([], "i32"), placeholder([], "f32"), placeholder([], "i32")],
  ];
  const { result, trace } = traced(() => {
    const loss = mean(receptive.square(model(x, { training: true, seed })));
    learner.update(partial(loss, [...model.parameters.values()]), { lr, step });
    return [loss];
  });
  return linearise(result, trace.assignments, [x, seed, lr, step]);
}

/** Checks that drafts of one text are one code, and tells how many came again. */
class Codes {
  readonly #known = new Map<string, { code: string; of: string }>();
  shared = 0;
  all = 0;

  constructor(private readonly target: TargetDescription) {}

  async check(graph: ReturnType<typeof linearise>, of: string): Promise<void> {
    const { preparation, launches } = await programFor(this.target, graph);
    const texts = new Set<string>();
    for (const { name, task } of [...preparation, ...launches]) {
      const draft = draftOf(this.target, task);
      if (texts.has(draft.text)) continue;
      texts.add(draft.text);
      const code = printKernel(draft.write(this.target, "any"));
      const before = this.#known.get(draft.text);
      if (before) expect(code, `${name}, ${of} and ${before.of}`).toBe(before.code);
      else this.#known.set(draft.text, { code, of });
      this.all++;
      if (before) this.shared++;
    }
  }
}

// All targets at once: not again where the suite runs for one of them.
describe.skipIf(process.env.RECEPTIVE_TARGET).each(Object.entries(targets))(
  "of kernels for %s",
  (_, target) => {
    test.each([
      ["lenet5", () => models.lenet5({ classes: 10 }), [28, 28, 1]],
      ["resnet20", () => models.resnetCifar("resnet20", { classes: 10 }), [16, 16, 3]],
    ] as const)("those of %s that are told apart by nothing are the same code", async (_, make, input) => {
      const model = make();
      model.build([...input]);
      const codes = new Codes(target);
      for (const n of [16, 1, 7, 40]) await codes.check(graphOf(model, input, n), `${n} pictures`);
      expect(codes.shared / codes.all).toBeGreaterThan(0.3);
    });

    test("those of steps of random networks, too", { timeout: 60_000 }, async () => {
      const codes = new Codes(target);
      const end = performance.now() + 8000;
      for (let seed = 1; seed <= 40 && performance.now() < end; seed++) {
        const optimizer = [receptive.optim.adam(), receptive.optim.sgd({ lr: 0.1, momentum: 0.9 })][seed % 2];
        for (const n of [8, 3, 17, 64]) {
          const graph = stepGraph(drawnNetwork(seed), n, optimizer);
          if (graph) await codes.check(graph, `${n} pictures of seed ${seed}`);
        }
      }
      expect(codes.shared).toBeGreaterThan(30);
    });

    test("those of random graphs, too", { timeout: 60_000 }, async () => {
      const codes = new Codes(target);
      await checkGraphs(
        async (drawing) => {
          for (const n of [4, 9, 1, 6]) {
            const batch = withBatch(drawing, n);
            const tensors = batch.shapes.map((shape) => placeholder(shape, "f32"));
            const values = traced(() => tensorsOf(batch, tensors, false)).result;
            await codes.check(linearise(values, [], tensors), JSON.stringify(batch));
          }
        },
        { graphs: 60, longest: 10, seed: 20_261_128, seconds: 10 },
      );
      expect(codes.shared).toBeGreaterThan(60);
    });
  },
);
