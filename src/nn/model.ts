/** What users hold of a network: a function of tensors that keeps its parameters. */
import type { Shape } from "../tensor/shapes.js";
import type { Tensor, Variable } from "../tensor/tensor.js";
import type { Layer } from "./layer.js";
import type { ModelSummary } from "./summary.js";

export interface Mode {
  /** A step of training: dropout drops, batch normalisation looks at the batch. */
  training?: boolean;
  /** A single i32 that changes with each step: what dropout draws depends on it. */
  seed?: Tensor;
  /** Is shown the output of every layer with the layer's path and input, inner layers before the one they stand in. */
  capture?: (path: string, output: Tensor, layer: Layer, input: Tensor) => void;
  /**
   * May name a layer that does another one's part in this call: average pooling, say, where the model has max
   * pooling. It finds the parameters of the layer in whose place it stands.
   */
  instead?: (path: string, layer: Layer) => Layer | undefined;
  /** Is shown the outputs of auxiliary heads, in training, and how many times the loss of each counts. */
  aside?: (output: Tensor, weight: number, path: string) => void;
}

export interface BuildOptions {
  seed?: number;
  blank?: boolean;
  /** Is shown the shape of each parameter and buffer before any of them is made, and may throw. */
  expect?: (shapes: ReadonlyMap<string, Shape>) => void;
}

/** Plain data: it survives JSON. */
export interface LayerDescription {
  readonly type: string;
  readonly name: string;
  readonly options: object;
}

export interface SequentialOptions {
  readonly layers: readonly LayerDescription[];
}

export interface ModelDescription extends LayerDescription {
  readonly type: "sequential";
  readonly options: SequentialOptions;
}

/**
 * A model is called like a function, on a batch N×…; it is also a layer, and may stand in another model, which
 * then has parameters of its own for it.
 *
 * The path of a parameter is the path of its layer, a dot and its name: `conv1.filters`, or within a model in a
 * model `block1/conv1.filters`.
 */
export interface Model extends Layer {
  (x: Tensor, mode?: Mode): Tensor;
  readonly type: "sequential";
  readonly name: string;
  readonly options: SequentialOptions;
  readonly layers: readonly Layer[];
  /** What each of the layers is called. */
  readonly layerNames: readonly string[];
  /** What is trained, by path, in the order of the layers. Empty before the model is built. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** What belongs to the model and is not trained: running statistics. */
  readonly buffers: ReadonlyMap<string, Variable>;
  /** The shape of one example that the model was built for, or null. */
  readonly inputShape: Shape | null;
  /**
   * Makes the parameters for examples of this shape (H×W×C). The first call of the model does it where it was not
   * done, with seed 0. Built again, the model has new parameters; functions compiled before keep the old ones.
   * `blank` leaves them 0, where weights are loaded next: random numbers for a large model take seconds.
   */
  build(inputShape: Shape, options?: BuildOptions): void;
  /** From which `nn.fromDescription` makes the same model. */
  describe(): ModelDescription;
  /**
   * Layer by layer, for one example; the model need not be built if a shape is given. In training auxiliary heads are
   * there, too.
   */
  summary(inputShape?: Shape, mode?: { training?: boolean }): ModelSummary;
}
