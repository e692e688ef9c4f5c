import { along } from "../compiler/lowering.js";
import { checkTensor } from "../tensor/arguments.js";
import { broadcastShapes, ShapeError, show, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { apply, defineOp } from "./define.js";
import { reshape } from "./reshape.js";
import { transpose } from "./transpose.js";

/**
 * The matrix product y[…, i, j] = Σ_k a[…, i, k] · b[…, k, j].
 *
 * @param a  …×M×K
 * @param b  …×K×N; leading axes broadcast against those of a
 * @returns  …×M×N
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  for (const [name, t, form] of [
    ["a", a, "…×M×K"],
    ["b", b, "…×K×N"],
  ] as const) {
    checkTensor("matmul", name, t);
    if (t.rank < 2)
      throw new ShapeError(`matmul: ${name} is of rank ${t.rank} (${show(t.shape)}), expected ${form}`);
  }
  const [m, k] = a.shape.slice(-2);
  const [rows, n] = b.shape.slice(-2);
  if (k !== rows)
    throw new ShapeError(
      `matmul: a has ${k} columns (${show(a.shape)}) but b has ${rows} rows (${show(b.shape)})`,
    );
  const [x, y] = [cast(a, "f32"), cast(b, "f32")];
  if (b.rank === 2) {
    // One matrix for all batches: their rows are rows of one product.
    const flat = product(reshape(x, [sizeOf(a.shape.slice(0, -1)), k]), y);
    return reshape(flat, [...a.shape.slice(0, -1), n]);
  }
  const batch = batchShape(a, b);
  return product(broadcastTo(x, [...batch, m, k]), broadcastTo(y, [...batch, k, n]));
}

function batchShape(a: Tensor, b: Tensor): number[] {
  try {
    return broadcastShapes("", a.shape.slice(0, -2), b.shape.slice(0, -2));
  } catch (error) {
    const { message } = error as Error;
    const where = message.slice(message.lastIndexOf("("));
    throw new ShapeError(
      `matmul: the batches of a (${show(a.shape)}) and b (${show(b.shape)}) do not broadcast ${where}`,
    );
  }
}

/** The last two axes exchanged. */
const turned = (x: Tensor): Tensor => {
  const order = x.shape.map((_, d) => d);
  return transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
};

/** Of matrices whose batches agree. */
function product(a: Tensor, b: Tensor): Tensor {
  return apply(op, [a, b], {});
}

const op = defineOp({
  name: "matmul",
  shape: ([a, b]) => [...a.slice(0, -1), b[b.length - 1]],
  // dA = dY·Bᵀ, dB = Aᵀ·dY
  vjp: (dy, { inputs: [a, b] }) => [product(dy, turned(b)), product(turned(a), dy)],
  lowering(_, { inputs: [a], out }) {
    const [row, column] = [out.length - 2, out.length - 1];
    return {
      kind: "contract",
      batch: out.slice(0, -2).map((count, d) => ({ count, a: along(d), b: along(d), out: d })),
      rows: [{ count: out[row], a: along(row), b: null, out: row }],
      columns: { count: out[column], a: null, b: along(column), out: column },
      depth: [{ count: a[column], a: along(column), b: along(row), out: null }],
    };
  },
  label: (_, [a, b]) => `matmul ${a.join("×")} by ${b.join("×")}`,
});
