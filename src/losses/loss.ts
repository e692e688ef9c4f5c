import type { Tensor } from "../tensor/tensor.js";

/** How wrong an output is: a single number, the smaller the better. Any function of this form will do. */
export type Loss = (output: Tensor, target: Tensor) => Tensor;
