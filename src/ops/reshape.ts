import { said } from "../door/said.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedNumbers, type Shape, ShapeError, sameShape, show, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/**
 * The same values in the same row-major order under another shape. One axis may be −1: it takes what is left.
 *
 * @throws ShapeError where the numbers of values differ
 */
export function reshape(x: Tensor, to: Shape): Tensor {
  checkTensor("reshape", "x", x);
  const shape = checkedNumbers("reshape", "the shape", to);
  const wrong = shape.find((d) => !Number.isInteger(d) || d < -1);
  if (wrong !== undefined || shape.includes(undefined as never))
    throw new ShapeError(
      `reshape: ${shape.join("×")} is no shape: ${said(wrong)} is not a whole number of at least 0, nor -1`,
    );
  const open = shape.filter((d) => d === -1).length;
  if (open > 1) throw new ShapeError(`reshape: ${shape.join("×")} leaves more than one axis open`);
  const rest = sizeOf(shape.filter((d) => d !== -1));
  if (open === 1 && (rest === 0 || x.size % rest !== 0))
    throw new ShapeError(
      `reshape: x has ${x.size} values (${show(x.shape)}), which ${shape.join("×")} does not divide`,
    );
  const filled = shape.map((d) => (d === -1 ? x.size / rest : d));
  if (sizeOf(filled) !== x.size)
    throw new ShapeError(
      `reshape: x has ${x.size} values (${show(x.shape)}) but ${show(filled)} takes ${sizeOf(filled)}`,
    );
  return sameShape(x.shape, filled) ? x : apply(op, [x], { shape: filled });
}

const op = defineOp<{ shape: Shape }>({
  name: "reshape",
  shape: (_, { shape }) => shape,
  vjp: (dy, { inputs: [x] }) => [reshape(dy, x.shape)],
  lowering: { kind: "reshape" },
});
