import { describe, expect, test } from "vitest";
import { linearise } from "../../src/compiler/graph.js";
import { programFor } from "../../src/compiler/plan.js";
import { add, conv2d, gradients, mul, relu, slice, sum, type Tensor } from "../../src/index.js";
import { wasmTarget } from "../../src/targets/wasm/emitter.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import type { Numbers } from "../textbook/numbers.js";

/** More than a million products each, so that neighbours become columns; a single picture has fewer. */
const cases: { x: number[]; w: number[]; options: Parameters<typeof conv2d>[2] }[] = [
  { x: [9, 28, 28, 1], w: [5, 5, 1, 6], options: { padding: "same" } }, // LeNet-5
  { x: [24, 18, 18, 16], w: [5, 5, 16, 6], options: {} }, // the input gradient of its second layer
  { x: [9, 40, 60, 4], w: [3, 3, 4, 3], options: {} },
  { x: [5, 30, 36, 8], w: [3, 7, 8, 2], options: { padding: "same" } },
  { x: [8, 41, 46, 5], w: [3, 4, 5, 3], options: { stride: 2, dilation: 2 } }, // strides agree
  { x: [24, 31, 37, 4], w: [3, 3, 4, 5], options: {} }, // 35 windows a line: threes do not divide them
];

interface Results {
  y: Tensor;
  dx: Tensor;
  dw: Tensor;
}

/** A convolution and its gradients for a loss that looks at every result with a weight of its own. */
function computed(x: Tensor, w: Tensor, options: Parameters<typeof conv2d>[2], seen?: Tensor): Results {
  const y = conv2d(x, w, options);
  const [dx, dw] = gradients(sum(mul(y, seen ?? y)), [x, w]);
  return { y, dx, dw };
}

const numbers = async (x: Tensor): Promise<Numbers> => ({
  shape: x.shape,
  data: Float64Array.from(await x.data()),
});

/** Picture by picture: too few products to become wide. */
async function oneByOne(
  { x, w, options }: (typeof cases)[0],
  seen: Tensor,
): Promise<{ y: Numbers; dx: Numbers; dw: Numbers }> {
  const [pictures, filters] = [toTensor(uniform(x, { seed: 1 })), toTensor(uniform(w, { seed: 2 }))];
  const only = (of: Tensor, n: number): Tensor => slice(of, [n, 0, 0, 0], [n + 1, ...of.shape.slice(1)]);
  const parts: { y: Numbers; dx: Numbers; dw: Numbers }[] = [];
  for (let n = 0; n < x[0]; n++) {
    const picture = toTensor(await numbers(only(pictures, n)));
    const { y, dx, dw } = computed(picture, filters, options, toTensor(await numbers(only(seen, n))));
    parts.push({ y: await numbers(y), dx: await numbers(dx), dw: await numbers(dw) });
  }
  const joined = (of: "y" | "dx"): Numbers => ({
    shape: [x[0], ...parts[0][of].shape.slice(1)],
    data: Float64Array.from(parts.flatMap((part) => Array.from(part[of].data))),
  });
  const dw = parts[0].dw.data.map((_, i) => parts.reduce((total, part) => total + part.dw.data[i], 0));
  return { y: joined("y"), dx: joined("dx"), dw: { shape: w, data: Float64Array.from(dw) } };
}

onEveryTarget("neighbours as columns", () => {
  test.each(cases)("$x * $w are the pictures one by one, gradients too", async (row) => {
    const { x, w, options } = row;
    const [pictures, filters] = [toTensor(uniform(x, { seed: 1 })), toTensor(uniform(w, { seed: 2 }))];
    const seen = toTensor(uniform(conv2d(pictures, filters, options).shape, { seed: 3 }));
    const expected = await oneByOne(row, seen);
    const { y, dx, dw } = computed(pictures, filters, options, seen);
    await closeTo(y, expected.y, { atol: 1e-5 });
    await closeTo(dx, expected.dx, { atol: 1e-5 });
    await closeTo(dw, expected.dw, { rtol: 1e-4, atol: 1e-4 }); // sums of ten thousand products
  });

  test("bias and activation after it", async () => {
    const [x, w] = [toTensor(uniform([9, 28, 28, 1])), toTensor(uniform([5, 5, 1, 6], { seed: 2 }))];
    const bias = toTensor(uniform([6], { seed: 3 }));
    const y = await numbers(conv2d(x, w, { padding: "same" }));
    const b = await bias.data();
    const expected = y.data.map((value, i) => Math.max(0, value + b[i % 6]));
    await closeTo(relu(add(conv2d(x, w, { padding: "same" }), bias)), { shape: y.shape, data: expected });
  });
});

describe("the plan", () => {
  const namesFor = async (lanes: number, filters: number): Promise<string[]> => {
    const name = `${lanes} lanes`; // programs are kept by it
    const target = { ...wasmTarget({ relaxedSimd: true }), name, lanes, registers: 32 };
    const [x, w] = [toTensor(uniform([20, 28, 28, 1])), toTensor(uniform([5, 5, 1, filters]))];
    const program = await programFor(target, linearise([conv2d(x, w, { padding: "same" })]));
    return program.launches.map(({ name }) => name);
  };
  /** Zeros around the copies: of so many columns. */
  const columns = async (lanes: number, filters: number): Promise<string[]> =>
    (await namesFor(lanes, filters)).flatMap(
      (name) => /^fill the border of 5×\d×1×1×(\d+)$/.exec(name)?.[1] ?? [],
    );

  test("has copies of few filters side by side, where vectors are wide", async () => {
    expect(await columns(16, 6)).toEqual(["12"]);
    expect(await columns(16, 3)).toEqual(["12"]);
    expect(await columns(4, 6)).toEqual([]);
    expect(await columns(16, 16)).toEqual([]);
  });
});
