import { checkArgument } from "../door/argument.js";
import { recordOf } from "../door/rules.js";
import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul } from "./arithmetic.js";
import { sigmoid, tanh } from "./elementary.js";
import { matmul } from "./matmul.js";
import { slice } from "./slice.js";

/** What a recurrent cell has learned. */
export interface CellWeights {
  /** D×(gates·U): what each gate takes from the input. */
  input: Tensor;
  /** U×(gates·U): what it takes from the state. */
  recurrent: Tensor;
  /** gates·U */
  bias: Tensor;
}

/** What an LSTM remembers from step to step, both N×U. */
export interface LstmState {
  /** The output of the last step. */
  hidden: Tensor;
  /** The memory cell. */
  cell: Tensor;
}

/**
 * One step of a long short-term memory. The gates stand side by side in the order i, f, g, o, as in PyTorch:
 *
 *     i, f, o = sigmoid(x·W + h·R + b),   g = tanh(x·W + h·R + b), each with its own columns
 *     cell ← f ⊙ cell + i ⊙ g
 *     hidden ← o ⊙ tanh(cell)
 *
 * @param x  N×D
 * @throws ShapeError where the weights do not fit x and the state
 * Hochreiter, Schmidhuber: Long Short-Term Memory, Neural Computation 9, 1997; with the forget gate of Gers,
 * Schmidhuber, Cummins: Learning to Forget, Neural Computation 12, 2000.
 */
export function lstmCell(x: Tensor, state: LstmState, weights: CellWeights): LstmState {
  checkArgument("lstmCell", "the state", state, recordOf("{ hidden, cell } of tensors"));
  const { hidden, cell } = state;
  checkTensor("lstmCell", "cell", cell);
  checkCell("lstmCell", x, hidden, weights, 4);
  const gates = add(add(matmul(x, weights.input), matmul(hidden, weights.recurrent)), weights.bias);
  const next = add(
    mul(sigmoid(gate(gates, 1, 4)), cell),
    mul(sigmoid(gate(gates, 0, 4)), tanh(gate(gates, 2, 4))),
  );
  return { hidden: mul(sigmoid(gate(gates, 3, 4)), tanh(next)), cell: next };
}

/** The k-th of `count` blocks of columns. */
export function gate(gates: Tensor, k: number, count: number): Tensor {
  const units = gates.shape[1] / count;
  return slice(gates, [0, k * units], [gates.shape[0], (k + 1) * units]);
}

export function checkCell(
  speaker: string,
  x: Tensor,
  hidden: Tensor,
  weights: CellWeights,
  gates: number,
): void {
  checkTensor(speaker, "x", x);
  checkTensor(speaker, "hidden", hidden);
  checkArgument(
    speaker,
    "what is given as weights",
    weights,
    recordOf("{ input, recurrent, bias } of tensors"),
  );
  const { input, recurrent, bias } = weights;
  for (const [name, given] of Object.entries({ input, recurrent, bias })) checkTensor(speaker, name, given);
  if (x.rank !== 2 || hidden.rank !== 2 || x.shape[0] !== hidden.shape[0])
    throw new ShapeError(
      `${speaker}: x is ${show(x.shape)} and the state ${show(hidden.shape)}, expected N×D and N×U`,
    );
  const [inputs, units] = [x.shape[1], hidden.shape[1]];
  for (const [name, found, expected] of [
    ["input weights are", input, [inputs, gates * units]],
    ["recurrent weights are", recurrent, [units, gates * units]],
    ["bias is", bias, [gates * units]],
  ] as const)
    if (String(found.shape) !== String(expected))
      throw new ShapeError(
        `${speaker}: the ${name} ${show(found.shape)}, expected ${show(expected)} for ${inputs} inputs and ${units} units`,
      );
}
