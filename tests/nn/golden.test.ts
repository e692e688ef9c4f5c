import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as ops from "../../src/index.js";
import { add, compute, gradients, mul, nn, sum, type Tensor, type Tree, tensor } from "../../src/index.js";
import { normalise } from "../../src/ops/normalise.js";
import { agree, toTensor } from "../checks/close-to.js";
import { numbers } from "../textbook/numbers.js";

interface Written {
  shape: number[];
  data: number[];
}

/** What PyTorch and torchvision computed; tests/golden/layers.py says how. */
interface Case {
  name: string;
  options: Record<string, never>;
  inputs: Written[];
  output: Written;
  gradients: (Written | null)[];
}

const cases: Case[] = JSON.parse(readFileSync(new URL("../golden/layers.json", import.meta.url), "utf8"));

type Function = (inputs: Tensor[], options: Record<string, never>) => Tensor;

/** A layer with the given numbers for its parameters. */
const withParameters = <I extends Tree, O extends Tree>(layer: nn.Layer<I, O>, given: Tree[]): O => {
  let next = 0;
  const [x, ...values] = given as [I, ...Tensor[]];
  return layer.forward(x, {
    path: "",
    training: true,
    still: false,
    parameter: () => values[next++],
    buffer: () => values[next++],
    update: () => {},
    aside: () => {},
    uniform: () => tensor(0),
    run: (inner, y) => withParameters(inner, [y]),
  });
};

const inOne = (outputs: Tensor[]): Tensor =>
  ops.concat(
    outputs.map((y) => ops.reshape(y, [y.shape[0], 1, y.shape[1]])),
    { axis: 1 },
  );

const functions: { [name: string]: Function } = {
  localResponseNorm: ([x], options) => ops.localResponseNorm(x, options),
  adaptiveAvgPool2d: ([x], { size }) => ops.adaptiveAvgPool2d(x, size),
  upsample2d: ([x], { size, ...options }) => ops.upsample2d(x, size, options),
  conv2d: ([x, w], options) => ops.conv2d(x, w, options),
  conv2dTranspose: ([x, w], options) => ops.conv2dTranspose(x, w, options),
  selu: ([x]) => ops.selu(x),
  silu: ([x]) => ops.silu(x),
  gelu: ([x], options) => ops.gelu(x, options),
  prelu: ([x, slope]) => ops.prelu(x, slope),
  groupNorm: (inputs, { groups }) => withParameters(nn.groupNorm(groups), inputs),
  instanceNorm: (inputs) => withParameters(nn.instanceNorm(), inputs),
  layerNorm: (inputs) => withParameters(nn.layerNorm(), inputs),
  roiAlign: ([x, boxes], { size, ...options }) => ops.roiAlign(x, boxes, size, options),
  roiPool: ([x, boxes], { size, ...options }) => ops.roiPool(x, boxes, size, options),
  // Both of PyTorch's biases are added to the same gate.
  lstm: ([x, input, recurrent, bias, other]) => {
    const start = ops.zeros([2, 2]);
    const weights = { input, recurrent, bias: add(bias, other) };
    return inOne(
      nn.unrolled(x, { hidden: start, cell: start }, (at, before) => {
        const state = ops.lstmCell(at, before, weights);
        return { output: state.hidden, state };
      }).outputs,
    );
  },
  gru: ([x, input, recurrent, bias, recurrentBias]) =>
    inOne(
      nn.unrolled(x, ops.zeros([2, 2]), (at, before) => {
        const state = ops.gruCell(at, before, { input, recurrent, bias, recurrentBias });
        return { output: state, state };
      }).outputs,
    ),
};

describe("as PyTorch has it", () => {
  test.each(cases.map((c) => ({ ...c, title: `${c.name} ${JSON.stringify(c.options)}` })))(
    "$title",
    async ({ name, options, inputs, output, gradients: slopes }) => {
      const xs = inputs.map(({ shape, data }) => toTensor(numbers(data, shape)));
      const y = functions[name](xs, options);
      expect(y.shape).toEqual(output.shape);
      const u = toTensor(
        numbers(
          output.data.map((_, i) => Math.cos(i)),
          output.shape,
        ),
      );
      const found = await compute([y, ...gradients(sum(mul(y, u)), xs)]);
      const close = { rtol: 1e-5, atol: 2e-5 };
      agree(found[0], numbers(output.data, output.shape), close);
      slopes.forEach((slope, i) => {
        if (slope) agree(found[i + 1], numbers(slope.data, slope.shape), close, `gradient of input ${i}`);
      });
    },
  );

  test("every function of the list is held to something", () =>
    expect(new Set(cases.map(({ name }) => name))).toEqual(new Set(Object.keys(functions))));
});

test("a large mean does not swallow the variance", async () => {
  const x = tensor([[10_000, 10_001, 10_002, 10_003]]);
  const found = await normalise(x, { axis: 1, epsilon: 0 }).data();
  const deviation = Math.sqrt(1.25);
  agree(found, numbers([-1.5, -0.5, 0.5, 1.5].map((d) => d / deviation)), { rtol: 1e-6, atol: 0 });
});
