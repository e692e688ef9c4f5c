import { at, fill, type Numbers } from "./numbers.js";

/** Column u of x·w + b, of an example n */
function affine(x: Numbers, w: Numbers, b: Numbers, n: number, u: number): number {
  let total = b.data[u];
  for (let d = 0; d < x.shape[1]; d++) total += at(x, [n, d]) * at(w, [d, u]);
  return total;
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

export interface CellWeights {
  input: Numbers;
  recurrent: Numbers;
  bias: Numbers;
}

/** i, f, o = σ(…), g = tanh(…); cell ← f·cell + i·g; hidden ← o·tanh(cell) */
export function lstmCell(
  x: Numbers,
  { hidden, cell }: { hidden: Numbers; cell: Numbers },
  { input, recurrent, bias }: CellWeights,
): { hidden: Numbers; cell: Numbers } {
  const units = hidden.shape[1];
  const none = { shape: bias.shape, data: new Float64Array(bias.data.length) };
  const gate = (k: number, n: number, u: number): number =>
    affine(x, input, bias, n, k * units + u) + affine(hidden, recurrent, none, n, k * units + u);
  const next = fill(
    hidden.shape,
    ([n, u]) => sigmoid(gate(1, n, u)) * at(cell, [n, u]) + sigmoid(gate(0, n, u)) * Math.tanh(gate(2, n, u)),
  );
  const output = fill(hidden.shape, ([n, u]) => sigmoid(gate(3, n, u)) * Math.tanh(at(next, [n, u])));
  return { hidden: output, cell: next };
}

/** r, z = σ(…); n = tanh(x·W + b + r·(h·R + b')); h ← (1 − z)·n + z·h */
export function gruCell(
  x: Numbers,
  hidden: Numbers,
  { input, recurrent, bias, recurrentBias }: CellWeights & { recurrentBias: Numbers },
): Numbers {
  const units = hidden.shape[1];
  const [fromInput, fromState] = [
    (k: number, n: number, u: number) => affine(x, input, bias, n, k * units + u),
    (k: number, n: number, u: number) => affine(hidden, recurrent, recurrentBias, n, k * units + u),
  ];
  return fill(hidden.shape, ([n, u]) => {
    const reset = sigmoid(fromInput(0, n, u) + fromState(0, n, u));
    const update = sigmoid(fromInput(1, n, u) + fromState(1, n, u));
    const next = Math.tanh(fromInput(2, n, u) + reset * fromState(2, n, u));
    return (1 - update) * next + update * at(hidden, [n, u]);
  });
}
