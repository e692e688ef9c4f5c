/** Activations as layers; the equations and their sources stand in ops/. */
import { optionsOf } from "../door/options.js";
import * as ops from "../ops/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedCount, checkedNumber, checkedWord } from "./checks.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

const plain =
  (type: string, f: (x: Tensor) => Tensor) =>
  (given: Named = {}): Layer =>
    printable({
      type,
      name: optionsOf(type, given, { name: 1 }).name,
      options: {},
      forward: (x) => f(x),
    });

/** max(x, 0), element by element: see `relu` of the operations. */
export const relu = plain("relu", ops.relu);
/** 1 / (1 + e^−x), element by element. */
export const sigmoid = plain("sigmoid", ops.sigmoid);
/** λx above 0, λα · (e^x − 1) below, element by element: see `selu` of the operations. */
export const selu = plain("selu", ops.selu);
/** x · sigmoid(x), element by element, also called swish. */
export const silu = plain("silu", ops.silu);
/** tanh x, element by element. */
export const tanh = plain("tanh", ops.tanh);
/** ln(1 + e^x), element by element. */
export const softplus = plain("softplus", ops.softplus);
/** Over the last axis: classes, or the channels of each pixel. Losses take what comes before it. */
export const softmax = plain("softmax", (x) => ops.softmax(x));

/** Slope of {@link leakyRelu} below 0; 0.01 if left out. */
export interface LeakyReluOptions {
  slope?: number;
}

/** x above 0, slope · x below, element by element. */
export function leakyRelu(given: LeakyReluOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("leakyRelu", given, { slope: 1, name: 1 });
  checkedNumber("leakyRelu", "slope", options.slope ?? 0);
  return printable({ type: "leakyRelu", name, options, forward: (x) => ops.leakyRelu(x, options.slope) });
}

/** α of {@link elu}: −α is what it tends to; 1 if left out. */
export interface EluOptions {
  alpha?: number;
}

/** x above 0, α · (e^x − 1) below, element by element. */
export function elu(given: EluOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("elu", given, { alpha: 1, name: 1 });
  checkedNumber("elu", "alpha", options.alpha ?? 0);
  return printable({ type: "elu", name, options, forward: (x) => ops.elu(x, options.alpha) });
}

/** x · Φ(x), element by element, where Φ is the normal distribution. */
export function gelu(given: ops.GeluOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("gelu", given, { approximate: 1, name: 1 });
  checkedWord("gelu", "approximate", options.approximate ?? "none", ["none", "tanh"]);
  return printable({ type: "gelu", name, options, forward: (x) => ops.gelu(x, options) });
}

/** How many slopes {@link prelu} learns, and where they begin. */
export interface PreluOptions {
  /** One slope for all channels; left out, each channel (the last axis) has its own. */
  shared?: boolean;
  /** Of the slopes, 0.25 if left out. */
  initialiser?: Initialiser;
}

/** x above 0, slope · x below, element by element, where the slopes are trained. */
export function prelu(given: PreluOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("prelu", given, { shared: 1, initialiser: 1, name: 1 });
  return printable({
    type: "prelu",
    name,
    options,
    forward(x, scope) {
      const { shared = false, initialiser = { constant: 0.25 } } = options;
      return ops.prelu(x, scope.parameter("slope", [shared ? 1 : x.shape[x.rank - 1]], initialiser));
    },
  });
}

/** How many channels of {@link maxout} compete. */
export interface MaxoutOptions {
  /** Channels of which the greatest is taken. */
  pieces: number;
}

/** The greatest of each so many neighbouring channels: …×(C·pieces) to …×C. */
export function maxout(pieces: number, given: Named = {}): Layer {
  const { name } = optionsOf("maxout", given, { name: 1 });
  checkedCount("maxout", "pieces", pieces);
  return printable({ type: "maxout", name, options: { pieces }, forward: (x) => ops.maxout(x, pieces) });
}

/** Amplitude A and slope S of A · tanh(S · x); LeCun's 1.7159 and 2/3 if left out. */
export interface ScaledTanhOptions {
  amplitude?: number;
  slope?: number;
}

/** amplitude · tanh(slope · x), element by element. */
export function scaledTanh(given: ScaledTanhOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("scaledTanh", given, { amplitude: 1, slope: 1, name: 1 });
  checkedNumber("scaledTanh", "amplitude", options.amplitude ?? 1);
  checkedNumber("scaledTanh", "slope", options.slope ?? 1);
  return printable({ type: "scaledTanh", name, options, forward: (x) => ops.scaledTanh(x, options) });
}
