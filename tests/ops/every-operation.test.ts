import { describe, expect, test } from "vitest";
import * as receptive from "../../src/index.js";
import * as operations from "../../src/ops/index.js";
import { checkGradient, checkSecondOrder } from "../checks/check-gradient.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { distinct, integers, uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { type Numbers, numbers as numbersOf } from "../textbook/numbers.js";

/** One small example of every operation there is; the file of each goes further. */
interface Example {
  /** what a gradient is asked for; the operation is straight or smooth near them */
  inputs: Numbers[];
  engine: (...xs: receptive.Tensor[]) => receptive.Tensor;
  textbook: (...xs: Numbers[]) => Numbers;
  /** whole numbers and truths have no gradient */
  gradient?: false;
  /** its gradient has none of its own, and says so */
  secondOrder?: false;
}

const a = distinct([3, 5], { seed: 1 });
const b = uniform([5], { seed: 2, low: 1.1, high: 2 });
const positive = uniform([3, 5], { seed: 3, low: 0.3, high: 2 });
const picture = distinct([2, 5, 4, 2], { seed: 4 });
const filters = uniform([3, 2, 2, 3], { seed: 5 });
const labels = integers([4], { seed: 6, high: 3 });
const mask = integers([3, 5], { seed: 7, high: 2 });

/** Weights of a recurrent cell with so many gates, from 3 inputs to 2 units. */
const cell = (gates: number): Numbers[] => [
  uniform([3, 2 * gates], { seed: 4 }),
  uniform([2, 2 * gates], { seed: 5 }),
  uniform([2 * gates], { seed: 6 }),
];

/** Of the first and the second picture, the last one partly outside. */
const boxes = numbersOf([0, 0.4, 1.2, 2.9, 4.1, 1, 1, 0, 1, 3, 1, 2.2, -1.4, 6.5, 2], [3, 5]);

const spoken = numbersOf([1, 1, 2, 1], [2, 2]);

type Comparison = "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";

const comparing = (name: Comparison): Example => ({
  inputs: [mask, integers([5], { high: 2 })],
  engine: receptive[name],
  textbook: textbook[name],
  gradient: false,
});
const logical = (name: "logicalAnd" | "logicalOr"): Example => ({
  inputs: [mask, integers([5], { high: 2 })],
  engine: (x, y) => receptive[name](receptive.cast(x, "bool"), receptive.cast(y, "bool")),
  textbook: textbook[name],
  gradient: false,
});

/** Those that want other inputs than one or two tables of numbers, or options. */
const particular: { [name: string]: Example } = {
  pow: { inputs: [positive, b], engine: receptive.pow, textbook: textbook.pow },
  sqrt: { inputs: [positive], engine: (x) => receptive.sqrt(x), textbook: (x) => textbook.sqrt(x) },
  log: { inputs: [positive], engine: (x) => receptive.log(x), textbook: (x) => textbook.log(x) },
  erf: {
    inputs: [numbersOf([-4, -1.3, -0.9, -0.2, 0.4, 0.95, 1.4, 3])],
    engine: receptive.erf,
    textbook: textbook.erf,
  },
  gelu: {
    inputs: [a],
    engine: (x) => receptive.gelu(x, { approximate: "tanh" }),
    textbook: (x) => textbook.gelu(x, { approximate: "tanh" }),
  },
  prelu: { inputs: [a, b], engine: receptive.prelu, textbook: textbook.prelu },
  ctcLoss: {
    inputs: [uniform([2, 5, 3], { seed: 8, low: -1, high: 1 })],
    engine: (x) => receptive.ctcLoss(x, toTensor(spoken, "i32")),
    textbook: (x) => textbook.ctcLoss(x, spoken),
    secondOrder: false,
  },
  cumsum: {
    inputs: [a],
    engine: (x) => receptive.cumsum(x, { axis: 1, reverse: true }),
    textbook: (x) => textbook.cumsum(x, { axis: 1, reverse: true }),
  },
  maxout: {
    inputs: [distinct([3, 6])],
    engine: (x) => receptive.maxout(x, 3),
    textbook: (x) => textbook.maxout(x, 3),
  },
  normalise: {
    inputs: [a],
    engine: (x) => receptive.normalise(x, { axis: 0, epsilon: 0.1 }),
    textbook: (x) => textbook.normalise(x, { axis: 0, epsilon: 0.1 }),
  },
  lstmCell: {
    inputs: [uniform([2, 3]), uniform([2, 2], { seed: 2 }), uniform([2, 2], { seed: 3 }), ...cell(4)],
    engine: (x, hidden, memory, input, recurrent, bias) => {
      const next = receptive.lstmCell(x, { hidden, cell: memory }, { input, recurrent, bias });
      return receptive.concat([next.hidden, next.cell], { axis: 0 });
    },
    textbook: (x, hidden, memory, input, recurrent, bias) => {
      const next = textbook.lstmCell(x, { hidden, cell: memory }, { input, recurrent, bias });
      return textbook.concat([next.hidden, next.cell], { axis: 0 });
    },
  },
  gruCell: {
    inputs: [uniform([2, 3]), uniform([2, 2], { seed: 2 }), ...cell(3), uniform([6], { seed: 7 })],
    engine: (x, hidden, input, recurrent, bias, recurrentBias) =>
      receptive.gruCell(x, hidden, { input, recurrent, bias, recurrentBias }),
    textbook: (x, hidden, input, recurrent, bias, recurrentBias) =>
      textbook.gruCell(x, hidden, { input, recurrent, bias, recurrentBias }),
  },
  clip: {
    inputs: [a],
    engine: (x) => receptive.clip(x, -0.51, 0.52),
    textbook: (x) => textbook.clip(x, -0.51, 0.52),
  },
  stopGradient: {
    inputs: [a],
    engine: (x) => receptive.stopGradient(x),
    textbook: (x) => textbook.stopGradient(x),
    gradient: false, // that it has none is held in pointwise.test.ts
  },
  equal: comparing("equal"),
  notEqual: comparing("notEqual"),
  less: comparing("less"),
  lessEqual: comparing("lessEqual"),
  greater: comparing("greater"),
  greaterEqual: comparing("greaterEqual"),
  logicalAnd: logical("logicalAnd"),
  logicalOr: logical("logicalOr"),
  logicalNot: {
    inputs: [mask],
    engine: (x) => receptive.logicalNot(receptive.cast(x, "bool")),
    textbook: textbook.logicalNot,
    gradient: false,
  },
  where: {
    inputs: [a, positive],
    engine: (x, y) => receptive.where(toTensor(mask, "bool"), x, y),
    textbook: (x, y) => textbook.where(mask, x, y),
  },
  cast: {
    inputs: [positive],
    engine: (x) => receptive.cast(x, "i32"),
    textbook: (x) => textbook.cast(x, "i32"),
    gradient: false,
  },
  argmax: {
    inputs: [a],
    engine: (x) => receptive.argmax(x, { axis: 1 }),
    textbook: (x) => textbook.argmax(x, { axis: 1 }),
    gradient: false,
  },
  reshape: {
    inputs: [a],
    engine: (x) => receptive.reshape(x, [5, -1]),
    textbook: (x) => textbook.reshape(x, [5, -1]),
  },
  transpose: { inputs: [a], engine: (x) => receptive.transpose(x), textbook: (x) => textbook.transpose(x) },
  broadcastTo: {
    inputs: [b],
    engine: (x) => receptive.broadcastTo(x, [3, 5]),
    textbook: (x) => textbook.broadcastTo(x, [3, 5]),
  },
  slice: {
    inputs: [a],
    engine: (x) => receptive.slice(x, [2, 1], [0, 5], [-1, 2]),
    textbook: (x) => textbook.slice(x, [2, 1], [0, 5], [-1, 2]),
  },
  flip: { inputs: [a], engine: (x) => receptive.flip(x, [1]), textbook: (x) => textbook.flip(x, [1]) },
  pad: {
    inputs: [a],
    engine: (x) =>
      receptive.pad(x, [
        [1, 0],
        [2, 1],
      ]),
    textbook: (x) =>
      textbook.pad(x, [
        [1, 0],
        [2, 1],
      ]),
  },
  extend: {
    inputs: [a],
    engine: (x) =>
      receptive.extend(
        x,
        [
          [1, 2],
          [3, 1],
        ],
        "reflect",
      ),
    textbook: (x) =>
      textbook.extend(
        x,
        [
          [1, 2],
          [3, 1],
        ],
        "reflect",
      ),
  },
  concat: {
    inputs: [a, positive],
    engine: (x, y) => receptive.concat([x, y], { axis: 1 }),
    textbook: (x, y) => textbook.concat([x, y], { axis: 1 }),
  },
  gather: {
    inputs: [a],
    engine: (x) => receptive.gather(x, toTensor(labels, "i32")),
    textbook: (x) => textbook.gather(x, labels),
  },
  oneHot: {
    inputs: [labels],
    engine: (x) => receptive.oneHot(receptive.cast(x, "i32"), 3),
    textbook: (x) => textbook.oneHot(x, 3),
    gradient: false,
  },
  matmul: { inputs: [a, uniform([5, 2])], engine: receptive.matmul, textbook: textbook.matmul },
  conv2d: {
    inputs: [picture, filters],
    engine: (x, w) => receptive.conv2d(x, w, { padding: "same", stride: [2, 1] }),
    textbook: (x, w) => textbook.conv2d(x, w, { padding: "same", stride: [2, 1] }),
  },
  conv1d: {
    inputs: [distinct([2, 6, 2], { seed: 4 }), uniform([3, 2, 3], { seed: 5 })],
    engine: (x, w) => receptive.conv1d(x, w, { padding: [1, 0], stride: 2 }),
    textbook: (x, w) => textbook.conv1d(x, w, { padding: [1, 0], stride: 2 }),
  },
  conv2dTranspose: {
    inputs: [distinct([2, 3, 2, 2], { seed: 4 }), uniform([3, 2, 3, 2], { seed: 5 })],
    engine: (x, w) => receptive.conv2dTranspose(x, w, { stride: 2, padding: 1, outputPadding: [1, 0] }),
    textbook: (x, w) => textbook.conv2dTranspose(x, w, { stride: 2, padding: 1, outputPadding: [1, 0] }),
  },
  upsample2d: {
    inputs: [picture],
    engine: (x) => receptive.upsample2d(x, [7, 8], { method: "bilinear" }),
    textbook: (x) => textbook.upsample2d(x, [7, 8], { method: "bilinear" }),
  },
  maxUnpool2d: {
    inputs: [distinct([2, 2, 2, 2], { seed: 4 })],
    engine: (x) =>
      receptive.maxUnpool2d(x, toTensor(integers([2, 2, 2, 2], { high: 6 }), "i32"), [3, 2], {
        pixels: [6, 4],
      }),
    textbook: (x) => textbook.maxUnpool2d(x, integers([2, 2, 2, 2], { high: 6 }), [3, 2], { pixels: [6, 4] }),
  },
  roiAlign: {
    inputs: [picture],
    engine: (x) => receptive.roiAlign(x, toTensor(boxes), [2, 3]),
    textbook: (x) => textbook.roiAlign(x, boxes, [2, 3]),
  },
  roiPool: {
    inputs: [picture],
    engine: (x) => receptive.roiPool(x, toTensor(boxes), 2),
    textbook: (x) => textbook.roiPool(x, boxes, 2),
  },
  maxPool2d: {
    inputs: [picture],
    engine: (x) => receptive.maxPool2d(x, 3, { stride: 2, padding: 1 }),
    textbook: (x) => textbook.maxPool2d(x, 3, { stride: 2, padding: 1 }),
  },
  maxPool2dSwitches: {
    inputs: [picture],
    engine: (x) => receptive.maxPool2dSwitches(x, 3, { stride: 2, padding: 1 }),
    textbook: (x) => textbook.maxPool2dSwitches(x, 3, { stride: 2, padding: 1 }),
    gradient: false,
  },
  avgPool2d: {
    inputs: [picture],
    engine: (x) => receptive.avgPool2d(x, 3, { stride: 2, padding: 1, countPadding: false }),
    textbook: (x) => textbook.avgPool2d(x, 3, { stride: 2, padding: 1, countPadding: false }),
  },
  adaptiveAvgPool2d: {
    inputs: [picture],
    engine: (x) => receptive.adaptiveAvgPool2d(x, [3, 2]),
    textbook: (x) => textbook.adaptiveAvgPool2d(x, [3, 2]),
  },
  nonMaxSuppression: {
    inputs: [numbersOf([0, 0, 4, 4, 0, 1, 4, 5, 6, 6, 8, 9], [1, 3, 4]), numbersOf([0.5, 0.7, 0.2], [1, 3])],
    engine: (boxes, scores) => receptive.nonMaxSuppression(boxes, scores, { results: 3 }).scores,
    textbook: (boxes, scores) => textbook.nonMaxSuppression(boxes, scores, { results: 3 }).scores,
    gradient: false,
  },
  localResponseNorm: {
    inputs: [picture],
    engine: (x) => receptive.localResponseNorm(x, { size: 3, k: 1, alpha: 0.5 }),
    textbook: (x) => textbook.localResponseNorm(x, { size: 3, k: 1, alpha: 0.5 }),
  },
};

type Operation = (...tensors: receptive.Tensor[]) => receptive.Tensor;
type PlainLoops = (...numbers: Numbers[]) => Numbers;

const everyOperation = Object.entries(operations).flatMap(([name, value]): [string, Operation][] =>
  typeof value === "function" ? [[name, value as Operation]] : [],
);

/** Beside all round numbers, where operations may have an edge. */
const odd: Numbers = { shape: a.shape, data: a.data.map((v) => Math.fround(0.98 * v + 0.007)) };

/** An operation of one or two tensors, which needs no line here. */
function usual(name: string, operation: Operation): Example | string {
  const plainLoops = (textbook as unknown as { [name: string]: PlainLoops })[name];
  if (plainLoops === undefined) return `${name}: write its plain loops into tests/textbook`;
  const inputs = [odd, b].slice(0, operation.length);
  if (inputs.length !== operation.length)
    return `${name}: say here, in \`particular\`, which inputs it is tried with`;
  return { inputs, engine: (...xs) => operation(...xs), textbook: (...xs) => plainLoops(...xs) };
}

const examples: { [name: string]: Example } = { ...particular };
const missing: string[] = [];
for (const [name, operation] of everyOperation) {
  if (name in particular && name in textbook) continue;
  const example = usual(name, operation);
  if (typeof example === "string") missing.push(example);
  else examples[name] = example;
}

describe("the list of operations", () => {
  test("every one has plain loops, and an example where it takes more than tables of numbers", () =>
    expect(missing).toEqual([]));
  test("every example is of an operation", () => {
    const names = everyOperation.map(([name]) => name);
    expect(Object.keys(particular).filter((name) => !names.includes(name))).toEqual([]);
  });
});

onEveryTarget("every operation", () => {
  describe.each(Object.entries(examples))("%s", (_, { inputs, engine, textbook, gradient, secondOrder }) => {
    test("as the textbook has it", () =>
      closeTo(engine(...inputs.map((x) => toTensor(x))), textbook(...inputs)));
    if (gradient === false) return;
    test("its gradient", () => checkGradient(engine, textbook, inputs));
    if (secondOrder === false) return;
    // Over the square of the inputs, so that what is straight has something to bend.
    const bent = inputs.map(
      (x): Numbers => ({ shape: x.shape, data: x.data.map((v) => Math.sign(v) * (0.3 + Math.abs(v))) }),
    );
    test("the gradient of its gradient", () =>
      checkSecondOrder(
        (...xs) => engine(...xs.map((x) => receptive.mul(x, receptive.abs(x)))),
        (...xs) => textbook(...xs.map((x) => square(x))),
        bent,
      ));
  });
});

/** x·|x|: bends what is straight and keeps sign and order */
const square = (x: Numbers): Numbers => ({ shape: x.shape, data: x.data.map((v) => v * Math.abs(v)) });

onEveryTarget("grad and valueAndGrad", () => {
  const loss = (x: receptive.Tensor) => receptive.sum(receptive.mul(receptive.square(x), x));

  test("of x³ are 3x², 6x and 6", async () => {
    const x = toTensor(a);
    await closeTo(receptive.grad(loss)(x), { shape: a.shape, data: a.data.map((v) => 3 * v * v) });
    const slope = (t: receptive.Tensor) => receptive.sum(receptive.grad(loss)(t));
    await closeTo(receptive.grad(slope)(x), { shape: a.shape, data: a.data.map((v) => 6 * v) });
    const bend = (t: receptive.Tensor) => receptive.sum(receptive.grad(slope)(t));
    await closeTo(receptive.grad(bend)(x), { shape: a.shape, data: a.data.map(() => 6) });
  });

  test("of several inputs", async () => {
    const product = ([x, y]: receptive.Tensor[]) => receptive.sum(receptive.mul(x, y));
    const { value, gradient } = receptive.valueAndGrad(product)([toTensor(a), toTensor(positive)]);
    await closeTo(value, textbook.sum(textbook.mul(a, positive)));
    await closeTo(gradient[0], positive);
    await closeTo(gradient[1], a);
  });

  test("of what an output does not depend on are 0", async () => {
    const [x, y] = [toTensor(a), toTensor(positive)];
    const [, gradient] = receptive.gradients(loss(x), [x, y]);
    await closeTo(gradient, { shape: [3, 5], data: new Float64Array(15) }, { atol: 0 });
  });
});
