import { expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";

const { NaN: no, POSITIVE_INFINITY: endless } = Number;

test.each<[() => unknown, string]>([
  [() => nn.dropout(1), "dropout: rate is 1, expected 0 ≤ rate < 1"],
  [() => nn.dropout(no), "dropout: rate is NaN, expected 0 ≤ rate < 1"],
  [() => nn.batchNorm({ momentum: 1.0001 }), "batchNorm: momentum is 1.0001, expected 0 ≤ momentum ≤ 1"],
  [() => nn.batchNorm({ epsilon: -1 }), "batchNorm: epsilon is -1, expected a number of at least 0"],
  [() => nn.layerNorm({ epsilon: no }), "layerNorm: epsilon is NaN, expected a number of at least 0"],
  [
    () => nn.layerNorm({ over: "pixels" as "channels" }),
    'layerNorm: over is "pixels", expected "channels" or "example"',
  ],
  [
    () => nn.groupNorm(2, { epsilon: endless }),
    "groupNorm: epsilon is Infinity, expected a number of at least 0",
  ],
  [() => nn.instanceNorm({ epsilon: -1 }), "instanceNorm: epsilon is -1, expected a number of at least 0"],
  [
    () => nn.lstm({ units: 4, outputs: "first" as "last" }),
    'lstm: outputs is "first", expected "all" or "last"',
  ],
  [
    () => nn.gru({ units: 4, outputs: "first" as "last" }),
    'gru: outputs is "first", expected "all" or "last"',
  ],
  [() => nn.leakyRelu({ slope: no }), "leakyRelu: slope is NaN, expected a number"],
  [() => nn.elu({ alpha: endless }), "elu: alpha is Infinity, expected a number"],
  [() => nn.scaledTanh({ slope: no }), "scaledTanh: slope is NaN, expected a number"],
  [
    () => nn.gelu({ approximate: "sigmoid" as "tanh" }),
    'gelu: approximate is "sigmoid", expected "none" or "tanh"',
  ],
  [
    () => nn.auxiliary([nn.relu()], { weight: -1 }),
    "auxiliary: weight is -1, expected a number of at least 0",
  ],
  [() => nn.rescale({ deviation: 0 }), "rescale: deviation is 0, by which nothing can be divided"],
  [() => nn.rescale({ mean: [0, no, 0] }), "rescale: mean is NaN, expected a number"],
])("%s", (make, message) => {
  expect(make).toThrow(new RangeError(message));
});

test.each<[unknown, string]>([
  [
    "he",
    'dense1.weights: there is no initialiser "he"; there are zeros, glorotUniform, glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal',
  ],
  [
    { normal: no },
    "dense1.weights: the initialiser is { normal: NaN }, expected a number for one of constant, normal, uniform, uniformOverFanIn",
  ],
  [
    { deviation: 1 },
    "dense1.weights: the initialiser is { deviation: 1 }, expected a number for one of constant, normal, uniform, uniformOverFanIn",
  ],
])("the initialiser %j", (initialiser, message) => {
  const model = nn.sequential(nn.dense(2, { initialiser: initialiser as nn.Initialiser }));
  expect(() => model.build([3])).toThrow(new RangeError(message));
});
