import { type Shape, ShapeError, sameShape, show, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/**
 * The same values in the same row-major order under another shape. One axis may be −1: it takes what is left.
 *
 * @throws ShapeError where the numbers of values differ
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const open = shape.filter((d) => d === -1).length;
  if (open > 1) throw new ShapeError(`reshape: ${shape.join("×")} leaves more than one axis open`);
  const rest = sizeOf(shape.filter((d) => d !== -1));
  if (open === 1 && (rest === 0 || x.size % rest !== 0))
    throw new ShapeError(
      `reshape: x has ${x.size} values (${show(x.shape)}), which ${shape.join("×")} does not divide`,
    );
  const to = shape.map((d) => (d === -1 ? x.size / rest : d));
  if (sizeOf(to) !== x.size)
    throw new ShapeError(
      `reshape: x has ${x.size} values (${show(x.shape)}) but ${show(to)} takes ${sizeOf(to)}`,
    );
  return sameShape(x.shape, to) ? x : apply(op, [x], { shape: to });
}

const op = defineOp<{ shape: Shape }>({
  name: "reshape",
  shape: (_, { shape }) => shape,
  vjp: (dy, { inputs: [x] }) => [reshape(dy, x.shape)],
  lowering: { kind: "reshape" },
});
