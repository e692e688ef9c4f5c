import type { Tensor } from "../tensor/tensor.js";
import type { Tree } from "../tensor/tree.js";
import type { AnyLayer } from "./layer.js";

/** How a network is called: to train or not, and who watches. */
export interface Mode {
  /** A step of training: dropout drops, batch normalisation looks at the batch. */
  training?: boolean;
  /** A single i32 that changes with each step: what dropout draws depends on it. */
  seed?: Tensor;
  /**
   * Is shown the output of every layer with the layer's path and input, inner layers before the one they stand in. Of a
   * layer with several outputs each comes by itself: `encoder.mean`.
   */
  capture?(path: string, output: Tensor, layer: AnyLayer, input: Tree): void;
  /**
   * May name a layer that does another one's part in this call: average pooling, say, where the model has max
   * pooling. It finds the parameters of the layer in whose place it stands.
   */
  instead?(path: string, layer: AnyLayer): AnyLayer | undefined;
  /** Is shown the outputs of auxiliary heads, in training, and how many times the loss of each counts. */
  aside?: (output: Tensor, weight: number, path: string) => void;
  /** Which layers, by path, are frozen: the statistics of their batch normalisation stand still in training, too. */
  still?: (path: string) => boolean;
}
