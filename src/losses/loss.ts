import type { Tensor } from "../tensor/tensor.js";

/**
 * How wrong an output is: a single number, the smaller the better. Any function of this form will do. In training it
 * is also given the model's parameters, by path; in evaluation it is not.
 */
export interface Loss {
  (output: Tensor, target: Tensor, parameters?: ReadonlyMap<string, Tensor>): Tensor;
  /** Of losses whose targets are classes: the target that stands for "none", and is not counted. */
  readonly ignore?: number;
}
