/** Recurrent layers. They are unrolled: each length of sequence is a program of its own. */

import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { callback } from "../door/rules.js";
import { concat } from "../ops/concat.js";
import { zeros } from "../ops/fill.js";
import { gruCell } from "../ops/gru-cell.js";
import { lstmCell } from "../ops/lstm-cell.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedCount, checkedWord } from "./checks.js";
import type { Layer, Named, Scope } from "./layer.js";
import { printable } from "./printable.js";

/** Units of a recurrent layer, and which of its outputs it gives. */
export interface RecurrentOptions {
  units: number;
  /** "last": the output after the last step, N×U. "all": those of every step, N×T×U; so if left out. */
  outputs?: "all" | "last";
}

/**
 * Walks along a sequence, step by step: `step` takes what was remembered and the values of a place, and says what it
 * answers and what it remembers then.
 *
 * @param x  N×T×D
 * @returns  the answers N×U of every step
 */
export function unrolled<S>(
  x: Tensor,
  start: S,
  step: (x: Tensor, state: S, t: number) => { output: Tensor; state: S },
): { outputs: Tensor[]; state: S } {
  checkTensor("unrolled", "x", x);
  checkArgument("unrolled", "the step", step, callback);
  if (x.rank !== 3)
    throw new ShapeError(`unrolled: x is of rank ${x.rank} (${show(x.shape)}), expected N×T×D`);
  const [n, steps, depth] = x.shape;
  const outputs: Tensor[] = [];
  let state = start;
  for (let t = 0; t < steps; t++) {
    const place = reshape(slice(x, [0, t, 0], [n, t + 1, depth]), [n, depth]);
    const taken = step(place, state, t);
    outputs.push(taken.output);
    state = taken.state;
  }
  return { outputs, state };
}

/** A long short-term memory along a sequence, beginning at zeros: N×T×D to N×T×U. The step is `lstmCell`. */
export function lstm(given: RecurrentOptions & Named): Layer {
  const { name, ...options } = optionsOf("lstm", given, { units: 1, outputs: 1, name: 1 });
  const units = checkedCount("lstm", "units", options.units);
  checkedWord("lstm", "outputs", options.outputs ?? "all", ["all", "last"]);
  return printable({
    type: "lstm",
    name,
    options,
    forward(x, scope) {
      checkSequence("lstm", x);
      const weights = cellWeights(x, scope, units, 4);
      const start = zeros([x.shape[0], units]);
      const { outputs } = unrolled(x, { hidden: start, cell: start }, (place, before) => {
        const state = lstmCell(place, before, weights);
        return { output: state.hidden, state };
      });
      return answers(outputs, options);
    },
    macs: (x) => x.shape[0] * x.shape[1] * 4 * units * (x.shape[2] + units),
    sees: () => "everything",
  });
}

/** A gated recurrent unit along a sequence, beginning at zeros: N×T×D to N×T×U. The step is `gruCell`. */
export function gru(given: RecurrentOptions & Named): Layer {
  const { name, ...options } = optionsOf("gru", given, { units: 1, outputs: 1, name: 1 });
  const units = checkedCount("gru", "units", options.units);
  checkedWord("gru", "outputs", options.outputs ?? "all", ["all", "last"]);
  return printable({
    type: "gru",
    name,
    options,
    forward(x, scope) {
      checkSequence("gru", x);
      const recurrentBias = scope.parameter("recurrentBias", [3 * units], "zeros");
      const weights = { ...cellWeights(x, scope, units, 3), recurrentBias };
      const { outputs } = unrolled(x, zeros([x.shape[0], units]), (place, before) => {
        const state = gruCell(place, before, weights);
        return { output: state, state };
      });
      return answers(outputs, options);
    },
    macs: (x) => x.shape[0] * x.shape[1] * 3 * units * (x.shape[2] + units),
    sees: () => "everything",
  });
}

/** All weights begin within ±1/√units, as in PyTorch; biases at 0. */
function cellWeights(x: Tensor, scope: Scope, units: number, gates: number) {
  const initialiser = { uniform: 1 / Math.sqrt(units) };
  return {
    input: scope.parameter("input", [x.shape[2], gates * units], initialiser),
    recurrent: scope.parameter("recurrent", [units, gates * units], initialiser),
    bias: scope.parameter("bias", [gates * units], "zeros"),
  };
}

function answers(outputs: readonly Tensor[], { outputs: which = "all" }: RecurrentOptions): Tensor {
  if (which === "last") return outputs[outputs.length - 1];
  return concat(
    outputs.map((y) => reshape(y, [y.shape[0], 1, y.shape[1]])),
    { axis: 1 },
  );
}

function checkSequence(speaker: string, x: Tensor): void {
  if (x.rank !== 3 || x.shape[1] < 1)
    throw new ShapeError(`${speaker}: x is ${show(x.shape)}, expected N×T×D with at least one step`);
}
