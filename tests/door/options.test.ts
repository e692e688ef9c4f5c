/** In plain JavaScript an option that there is not would be passed over in silence. */
import { describe, expect, test } from "vitest";
import { optionsOf } from "../../src/door/options.js";
import * as receptive from "../../src/index.js";

// As JavaScript sees it.
// biome-ignore lint/suspicious/noExplicitAny: these calls are what the types forbid
const R = receptive as any;
const { losses, models, nn, ops = R, optim, random, tensor, zeros } = R;

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}

describe("an unknown option is named, with the one that was meant", () => {
  const x = zeros([1, 4, 4, 2]);
  test.each<[() => unknown, string]>([
    [() => nn.conv2d({ filter: 3, kernel: 3 }), "conv2d: unknown option `filter`; did you mean `filters`?"],
    [
      () => nn.conv2d({ filters: 3, kernelSize: 3 }),
      "conv2d: unknown option `kernelSize`; did you mean `kernel`?",
    ],
    [
      () => nn.conv2d({ filters: 3, kernel: 3, strides: 2 }),
      "conv2d: unknown option `strides`; did you mean `stride`?",
    ],
    [
      () => nn.conv2d({ filters: 3, kernel: 3, activation: "relu" }),
      "conv2d: unknown option `activation`; there is `filters`, `kernel`, `stride`, `padding`, `dilation`, `groups`, `bias`, `initialiser`, `name`",
    ],
    [
      () => nn.dense(3, { useBias: false }),
      "dense: unknown option `useBias`; there is `bias`, `initialiser`, `name`",
    ],
    [
      () => nn.dense(3, { initializer: "zeros" }),
      "dense: unknown option `initializer`; did you mean `initialiser`?",
    ],
    [() => nn.maxPool2d(2, { strides: 1 }), "maxPool2d: unknown option `strides`; did you mean `stride`?"],
    [() => nn.maxPool2d(2, 2), "maxPool2d: the options are 2, expected { stride, padding, ceil, name }"],
    [() => nn.relu({ nme: "r" }), "relu: unknown option `nme`; did you mean `name`?"],
    [() => nn.relu("first"), 'relu: the options are "first", expected { name }'],
    [() => nn.dropout(0.5, { seed: 3 }), "dropout: unknown option `seed`; there is `name`"],
    [() => nn.batchNorm({ eps: 1e-3 }), "batchNorm: unknown option `eps`; did you mean `epsilon`?"],
    [
      () => nn.batchNorm(null),
      "batchNorm: the options are null, expected { momentum, epsilon, frozen, name }",
    ],
    [
      () => nn.residual([nn.relu()], { shortcuts: [] }),
      "residual: unknown option `shortcuts`; did you mean `shortcut`?",
    ],
    [
      () => ops.conv2d(x, zeros([3, 3, 2, 1]), { strid: 2 }),
      "conv2d: unknown option `strid`; did you mean `stride`?",
    ],
    [
      () => ops.conv2d(x, zeros([3, 3, 2, 1]), 2),
      "conv2d: the options are 2, expected { stride, padding, dilation, groups }",
    ],
    [() => ops.maxPool2d(x, 2, { pading: 1 }), "maxPool2d: unknown option `pading`; did you mean `padding`?"],
    [() => ops.maxPool2d(x, 2, 2), "maxPool2d: the options are 2, expected { stride, padding, ceil }"],
    [() => ops.sum(x, { axes: 1 }), "sum: unknown option `axes`; did you mean `axis`?"],
    [() => ops.sum(x, 1), "sum: the options are 1, expected { axis, keepDims }"],
    [() => ops.max(x, { keepdim: true }), "max: unknown option `keepdim`; did you mean `keepDims`?"],
    [() => ops.softmax(x, -1), "softmax: the options are -1, expected { axis }"],
    [() => ops.concat([x, x], 3), "concat: the options are 3, expected { axis }"],
    [
      () => ops.add && ops.gather(x, tensor(Int32Array.of(0)), x),
      "gather: the options are a tensor (f32 1×4×4×2), expected { axis }",
    ],
    [() => random.uniform([2], { sed: 3 }), "random.uniform: unknown option `sed`; did you mean `seed`?"],
    [() => random.normal([2]), "random.normal: seed is undefined, expected a number"],
    [() => random.normal([2], { seed: 0.5 }), "random.normal: seed is 0.5, expected a whole number"],
    [() => optim.adam({ learningRate: 0.1 }), "adam: unknown option `learningRate`; did you mean `lr`?"],
    [() => optim.sgd({ lr: 0.1, momentun: 0.9 }), "sgd: unknown option `momentun`; did you mean `momentum`?"],
    [
      () => optim.adamW({ decay: 0.1 }),
      "adamW: unknown option `decay`; there is `lr`, `beta1`, `beta2`, `epsilon`, `weightDecay`",
    ],
    [
      () => optim.sgd(0.1),
      "sgd: the options are 0.1, expected { lr, momentum, nesterov, dampening, weightDecay, form }",
    ],
    [
      () => losses.crossEntropy({ weight: [1] }),
      "crossEntropy: unknown option `weight`; did you mean `weights`?",
    ],
    [() => losses.huber({ beta: 1 }), "huber: unknown option `beta`; did you mean `delta`?"],
    [() => losses.l2Penalty(1e-3, { on: () => true }), "l2Penalty: unknown option `on`; there is `of`"],
    [() => models.lenet5({ class: 3 }), "lenet5: unknown option `class`; did you mean `classes`?"],
    [() => models.vgg("vgg16", { numClasses: 3 }), "vgg: unknown option `numClasses`; there is `classes`"],
  ])("case %#", (call, text) => {
    expect(messageOf(call)).toBe(text);
  });

  test("of a model, its building and its summary", () => {
    const model = nn.sequential("net", nn.flatten(), nn.dense(2));
    const x = zeros([1, 2, 2, 1]);
    expect(() => model.build([2, 2, 1], { sed: 1 })).toThrow(
      "net: build: unknown option `sed`; did you mean `seed`?",
    );
    expect(() => model(x, { train: true })).toThrow("net: unknown option `train`; did you mean `training`?");
    expect(() => model(x, true)).toThrow(
      "net: the options are true, expected { training, seed, capture, instead, aside, still }",
    );
    expect(() => model.summary([2, 2, 1], { traning: true })).toThrow(
      "net: summary: unknown option `traning`; did you mean `training`?",
    );
    expect(() => model([[1]])).toThrow("net: x is […], expected a tensor: tensor(…) makes one of numbers");
    expect(() => model.build(4)).toThrow(
      "net: the shape is 4, expected a list of whole numbers, such as [2, 3]",
    );
    expect(() => model.build([2.5, 2, 1])).toThrow(
      "net: 2.5×2×1 is no shape: 2.5 is not a whole number of at least 0",
    );
  });
});

test("known options pass, those left undefined too", () => {
  const names = { stride: 1, name: 1 } as const;
  const given = { stride: undefined };
  expect(optionsOf("f", given as { stride?: number; name?: string }, names)).toBe(given);
  expect(
    nn.fromDescription(nn.sequential(nn.conv2d({ filters: 1, kernel: 1 }), nn.gelu()).describe()).layers
      .length,
  ).toBe(2);
});
