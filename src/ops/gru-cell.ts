import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul, sub } from "./arithmetic.js";
import { sigmoid, tanh } from "./elementary.js";
import { type CellWeights, checkCell, gate } from "./lstm-cell.js";
import { matmul } from "./matmul.js";

/** The weights of {@link gruCell}. */
export interface GruWeights extends CellWeights {
  /** 3·U: added to what the gates take from the state, before the reset gate looks at it. */
  recurrentBias: Tensor;
}

/**
 * One step of a gated recurrent unit, in the form of PyTorch and cuDNN, where the reset gate works on the product
 * h·R and not on h. The gates stand side by side in the order r, z, n:
 *
 *     r, z = sigmoid(x·W + b + h·R + b'),   n = tanh(x·W + b + r ⊙ (h·R + b')), each with its own columns
 *     h ← (1 − z) ⊙ n + z ⊙ h
 *
 * @param x       N×D
 * @param hidden  N×U: the output of the last step
 * @returns       N×U
 * @throws ShapeError where the weights do not fit x and the state
 * Cho et al.: Learning Phrase Representations using RNN Encoder–Decoder, EMNLP 2014, section 2.3.
 */
export function gruCell(x: Tensor, hidden: Tensor, weights: GruWeights): Tensor {
  checkCell("gruCell", x, hidden, weights, 3);
  const { recurrentBias } = weights;
  checkTensor("gruCell", "recurrentBias", recurrentBias);
  if (String(recurrentBias.shape) !== String(weights.bias.shape))
    throw new ShapeError(
      `gruCell: the recurrent bias is ${show(recurrentBias.shape)}, expected ${show(weights.bias.shape)}`,
    );
  const fromInput = add(matmul(x, weights.input), weights.bias);
  const fromState = add(matmul(hidden, weights.recurrent), recurrentBias);
  const both = (k: number): Tensor => sigmoid(add(gate(fromInput, k, 3), gate(fromState, k, 3)));
  const [reset, update] = [both(0), both(1)];
  const next = tanh(add(gate(fromInput, 2, 3), mul(reset, gate(fromState, 2, 3))));
  return add(mul(sub(1, update), next), mul(update, hidden));
}
