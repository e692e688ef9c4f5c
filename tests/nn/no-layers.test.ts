/** What is taken for a layer and is none. */
import { expect, test } from "vitest";
import { R } from "../door/as-javascript.js";

const { nn } = R;
const relu = nn.relu();

test.each([
  [
    () => nn.sequential([relu, relu]),
    "sequential: layer 1 is […, …], expected a layer; layers stand one after the other, not in a list",
  ],
  [() => nn.sequential("net", relu, nn.relu), "net: layer 2 is a function, expected a layer such as relu()"],
  [() => nn.sequential(nn.conv2d), "sequential: layer 1 is the function conv2d, expected a layer: conv2d(…)"],
  [() => nn.sequential(relu, undefined), "sequential: layer 2 is undefined, expected a layer such as relu()"],
  [
    () => nn.sequential({ type: "swish" }),
    "sequential: layer 1 is { type }, expected a layer such as relu()",
  ],
  [() => nn.residual(relu), "residual: the layers are one layer, relu, expected a list: [relu()]"],
  [
    () => nn.residual([relu], { shortcut: relu }),
    "residual: shortcut: the layers are one layer, relu, expected a list: [relu()]",
  ],
  [() => nn.residual([relu], { activation: 3 }), "residual: layer 2 is 3, expected a layer such as relu()"],
  [() => nn.branches(3), "branches: the layers are 3, expected a list: [relu()]"],
  [
    () => nn.branches([[relu], [relu]]),
    "branches: layer 1 is […], expected a layer; layers stand one after the other, not in a list",
  ],
  [() => nn.denseBlock([null]), "denseBlock: layer 1 is null, expected a layer such as relu()"],
  [() => nn.auxiliary(relu), "auxiliary: the layers are one layer, relu, expected a list: [relu()]"],
] as const)("%s", (act, message) => {
  expect(act).toThrow(new TypeError(message));
});
