/** Activations as layers; the equations and their sources stand in ops/. */
import * as ops from "../ops/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedCount, checkedNumber, checkedWord } from "./checks.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";

const plain =
  (type: string, f: (x: Tensor) => Tensor) =>
  ({ name }: Named = {}): Layer => ({ type, name, options: {}, forward: (x) => f(x) });

export const relu = plain("relu", ops.relu);
export const sigmoid = plain("sigmoid", ops.sigmoid);
export const selu = plain("selu", ops.selu);
export const silu = plain("silu", ops.silu);
export const tanh = plain("tanh", ops.tanh);
export const softplus = plain("softplus", ops.softplus);
/** Over the last axis: classes, or the channels of each pixel. Losses take what comes before it. */
export const softmax = plain("softmax", (x) => ops.softmax(x));

export interface LeakyReluOptions {
  slope?: number;
}

export function leakyRelu({ name, ...options }: LeakyReluOptions & Named = {}): Layer {
  checkedNumber("leakyRelu", "slope", options.slope ?? 0);
  return { type: "leakyRelu", name, options, forward: (x) => ops.leakyRelu(x, options.slope) };
}

export interface EluOptions {
  alpha?: number;
}

export function elu({ name, ...options }: EluOptions & Named = {}): Layer {
  checkedNumber("elu", "alpha", options.alpha ?? 0);
  return { type: "elu", name, options, forward: (x) => ops.elu(x, options.alpha) };
}

export function gelu({ name, ...options }: ops.GeluOptions & Named = {}): Layer {
  checkedWord("gelu", "approximate", options.approximate ?? "none", ["none", "tanh"]);
  return { type: "gelu", name, options, forward: (x) => ops.gelu(x, options) };
}

export interface PreluOptions {
  /** One slope for all channels; left out, each channel (the last axis) has its own. */
  shared?: boolean;
  /** Of the slopes, 0.25 if left out. */
  initialiser?: Initialiser;
}

export const prelu = ({ name, ...options }: PreluOptions & Named = {}): Layer => ({
  type: "prelu",
  name,
  options,
  forward(x, scope) {
    const { shared = false, initialiser = { constant: 0.25 } } = options;
    return ops.prelu(x, scope.parameter("slope", [shared ? 1 : x.shape[x.rank - 1]], initialiser));
  },
});

export interface MaxoutOptions {
  /** Channels of which the greatest is taken. */
  pieces: number;
}

/** The greatest of each so many neighbouring channels: …×(C·pieces) to …×C. */
export function maxout(pieces: number, { name }: Named = {}): Layer {
  checkedCount("maxout", "pieces", pieces);
  return { type: "maxout", name, options: { pieces }, forward: (x) => ops.maxout(x, pieces) };
}

export interface ScaledTanhOptions {
  amplitude?: number;
  slope?: number;
}

export function scaledTanh({ name, ...options }: ScaledTanhOptions & Named = {}): Layer {
  checkedNumber("scaledTanh", "amplitude", options.amplitude ?? 1);
  checkedNumber("scaledTanh", "slope", options.slope ?? 1);
  return { type: "scaledTanh", name, options, forward: (x) => ops.scaledTanh(x, options) };
}
