import { noGaps, type Part, partAt } from "../compiler/lowering.js";
import { optionsOf } from "../door/options.js";
import { axisOf } from "../door/rules.js";
import { checkedTensors } from "../tensor/arguments.js";
import { checkedAxis, ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { cast } from "./cast.js";
import { apply, defineOp } from "./define.js";
import { slice } from "./slice.js";

/**
 * Tensors one after the other along an axis; all other axes agree.
 *
 * @throws ShapeError where they do not
 */
export function concat(tensors: readonly Tensor[], given: { axis: number }): Tensor {
  const { axis } = optionsOf("concat", given, { axis: axisOf("the tensors") });
  checkedTensors("concat", "tensor", tensors);
  if (tensors.length === 0) throw new ShapeError("concat: no tensors");
  const [first] = tensors;
  const along = checkedAxis("concat", axis, first.shape);
  tensors.forEach((t, i) => {
    if (t.rank !== first.rank || t.shape.some((d, a) => a !== along && d !== first.shape[a]))
      throw new ShapeError(
        `concat: tensor ${i} is ${show(t.shape)}, expected ${first.shape.map((d, a) => (a === along ? "?" : d)).join("×")} like tensor 0 (${show(first.shape)})`,
      );
  });
  const type = tensors.every((t) => t.type === first.type)
    ? first.type
    : tensors.some((t) => t.type === "f32")
      ? "f32"
      : "i32";
  return tensors.length === 1
    ? first
    : apply(
        op,
        tensors.map((t) => cast(t, type)),
        { axis: along },
      );
}

const op = defineOp<{ axis: number }>({
  name: "concat",
  shape: (inputs, { axis }) =>
    inputs[0].with(
      axis,
      inputs.reduce((n, shape) => n + shape[axis], 0),
    ),
  vjp(dy, { inputs, attributes: { axis } }) {
    let from = 0;
    return inputs.map((x) => {
      const begin = x.shape.map((_, d) => (d === axis ? from : 0));
      from += x.shape[axis];
      return slice(dy, begin, dy.shape.with(axis, from));
    });
  },
  lowering({ axis }, { inputs, out }) {
    let from = 0;
    const parts = inputs.map((shape): Part => {
      const part = partAt(out.length, { [axis]: from });
      from += shape[axis];
      return part;
    });
    return { kind: "assemble", parts, gaps: noGaps };
  },
});
