/**
 * What a layer is: a plan that holds no numbers. It says what it does with a tensor, and asks its scope for the
 * parameters that this takes; the network that it stands in keeps them. So one object may stand in several networks,
 * or twice in one, and a layer of yours is a plain object:
 *
 *     const swish: Layer = { type: "swish", forward: (x) => mul(x, sigmoid(x)) };
 *
 *     const scale: Layer = {
 *       type: "scale",
 *       forward: (x, scope) => mul(x, scope.parameter("factor", [x.shape[x.rank - 1]], { constant: 1 })),
 *     };
 *
 *     const residual = (inner: Layer): Layer => ({
 *       type: "residual",
 *       forward: (x, scope) => add(x, scope.run(inner, x, "inner")),
 *     });
 *
 * What it takes and gives may be trees of tensors: a list of them, or a record.
 *
 *     const difference: Layer<{ a: Tensor; b: Tensor }> = {
 *       type: "difference",
 *       forward: ({ a, b }) => sub(a, b),
 *     };
 */

import type { Shape } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Tree } from "../tensor/tree.js";
import type { Initialiser } from "./initialisers.js";

/** A part of a network: a name and a function, whose parameters its scope keeps. */
export interface Layer<I extends Tree = Tensor, O extends Tree = Tensor> {
  /** What kind of layer it is: `conv2d`. Also the name in a description. */
  readonly type: string;
  /** What it is called in its model; left out, its type and a number: `conv1`. */
  readonly name?: string;
  /** Plain data, from which a layer of this type can be made again. */
  readonly options?: object;
  /** From N examples to N results. Shapes follow from what it does, and so do the parameters from what it asks for. */
  forward(x: I, scope: Scope): O;
  /** Multiply-adds of matrix products and convolutions from x to y; none if left out. */
  macs?(x: I, y: O): number;
  /** The part of x that one unit of the result sees; its own pixel if left out. */
  sees?(x: I): Window | "everything";
  /** Of a layer that holds others which may be exchanged. */
  readonly inner?: Inner;
}

/** The layers that stand inside another one. */
export interface Inner {
  readonly names: readonly string[];
  /** The same layer with others in their places: under the names that they had. */
  remade(change: (name: string, layer: AnyLayer) => AnyLayer): AnyLayer;
}

/** A layer, whatever it takes and gives. */
export type AnyLayer = Layer<Tree, Tree>;

/** What every layer can be told beside its own options. */
export interface Named {
  /** What the layer is called in its model. */
  name?: string;
}

/** A sliding window, in pixels along y and x. */
export interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation?: readonly [number, number];
  /** Rows above and columns left of the picture in which the first window begins. */
  readonly before?: readonly [number, number];
  /** Whether pixels are repeated, whole, where the stride is a fraction. */
  readonly repeats?: boolean;
  /**
   * The rows (or columns, along 1) that row i of the result sees, where they do not follow from size and stride: of what
   * enlarges pictures, or of windows that differ. Some of them may lie outside of the picture.
   */
  readonly places?: (along: 0 | 1, i: number) => readonly number[];
}

/** What a layer finds where it stands in a model. */
export interface Scope {
  /** `block1/conv1`; empty for the model itself */
  readonly path: string;
  /** Whether this is a step of training. */
  readonly training: boolean;
  /** Whether the layer is frozen: in training, too, its statistics are those that it has, and stay so. */
  readonly still: boolean;
  /**
   * Numbers that are trained, by name. Shape and initialiser count when the model is built; from then on the
   * parameter comes as it is, and the operation that uses it says what does not fit.
   */
  parameter(name: string, shape: Shape, initialiser: Initialiser): Tensor;
  /** Numbers that belong to the model and are not trained, such as running statistics. */
  buffer(name: string, shape: Shape, initialiser: Initialiser): Tensor;
  /** A buffer's new numbers, from the end of this step on. Of a model that runs outside compile() nothing changes. */
  update(name: string, value: Tensor): void;
  /**
   * Random numbers in 0 ≤ u < 1: others in each step and in each layer, the same for the same seed.
   * @throws TypeError where the model was called without a seed
   */
  uniform(shape: Shape): Tensor;
  /** In training another output beside the model's; its loss counts `weight` times. */
  aside(output: Tensor, weight: number): void;
  /**
   * Lets a layer inside this one do its part. Its parameters are found at `path/name.…`, or of a layer that shares
   * them with another one at `path/shared.…`; errors say it is at `place`.
   */
  run<I extends Tree, O extends Tree>(
    inner: Layer<I, O>,
    x: I,
    name: string,
    where?: { place?: string; shared?: string },
  ): O;
}
