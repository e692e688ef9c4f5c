import { said } from "../door/said.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedNumbers, ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/**
 * The axes in another order: axis d of the result is axis permutation[d] of x; reversed if left out. Nothing is
 * copied.
 *
 * @throws ShapeError where the permutation does not name every axis once
 */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  checkTensor("transpose", "x", x);
  const order =
    permutation === undefined
      ? x.shape.map((_, d) => x.rank - 1 - d)
      : checkedNumbers("transpose", "the order of axes", permutation);
  const counted = order.map((axis) => (axis < 0 ? axis + x.rank : axis));
  if (counted.length !== x.rank || x.shape.some((_, d) => !counted.includes(d)))
    throw new ShapeError(
      `transpose: [${order.map(said).join(", ")}] is no order of the ${x.rank} axes of x (${show(x.shape)})`,
    );
  return counted.every((axis, d) => axis === d) ? x : apply(op, [x], { permutation: counted });
}

const op = defineOp<{ permutation: number[] }>({
  name: "transpose",
  shape: ([x], { permutation }) => permutation.map((axis) => x[axis]),
  vjp: (dy, { attributes: { permutation } }) => [
    transpose(
      dy,
      permutation.map((_, d) => permutation.indexOf(d)),
    ),
  ],
  lowering: ({ permutation }) => ({
    kind: "view",
    index: (out) => out.map((_, d) => out[permutation.indexOf(d)]),
  }),
});
