/** Activations as layers; the equations and their sources stand in ops/. */
import * as ops from "../ops/index.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layer, Named } from "./layer.js";

const plain =
  (type: string, f: (x: Tensor) => Tensor) =>
  ({ name }: Named = {}): Layer => ({ type, name, options: {}, forward: (x) => f(x) });

export const relu = plain("relu", ops.relu);
export const sigmoid = plain("sigmoid", ops.sigmoid);
export const tanh = plain("tanh", ops.tanh);
export const softplus = plain("softplus", ops.softplus);
/** Over the last axis: classes, or the channels of each pixel. Losses take what comes before it. */
export const softmax = plain("softmax", (x) => ops.softmax(x));

export interface LeakyReluOptions {
  slope?: number;
}

export const leakyRelu = ({ name, ...options }: LeakyReluOptions & Named = {}): Layer => ({
  type: "leakyRelu",
  name,
  options,
  forward: (x) => ops.leakyRelu(x, options.slope),
});

export interface EluOptions {
  alpha?: number;
}

export const elu = ({ name, ...options }: EluOptions & Named = {}): Layer => ({
  type: "elu",
  name,
  options,
  forward: (x) => ops.elu(x, options.alpha),
});

export interface ScaledTanhOptions {
  amplitude?: number;
  slope?: number;
}

export const scaledTanh = ({ name, ...options }: ScaledTanhOptions & Named = {}): Layer => ({
  type: "scaledTanh",
  name,
  options,
  forward: (x) => ops.scaledTanh(x, options),
});
