import type { Floats, Mask } from "../kernels/language.js";
import { checkTensor } from "../tensor/arguments.js";
import { broadcastShapes } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { apply, defineOp } from "./define.js";
import { type TensorLike, toTensor } from "./scalar.js";

/**
 * a where the condition is true (not 0), else b, element by element. All three shapes broadcast; the gradient goes
 * where the value came from.
 */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  checkTensor("where", "the condition", condition);
  const x = toTensor("where", a, b);
  const y = toTensor("where", b, a);
  const shape = broadcastShapes("where", condition.shape, x.shape, y.shape);
  const type = x.type === y.type ? x.type : x.type === "f32" || y.type === "f32" ? "f32" : "i32";
  const inputs = [cast(condition, "bool"), cast(x, type), cast(y, type)];
  return apply(
    op,
    inputs.map((t) => broadcastTo(t, shape)),
    {},
  );
}

const op = defineOp({
  name: "where",
  shape: ([condition]) => condition,
  type: ([, a]) => a,
  vjp: (dy, { inputs: [condition] }) => [null, where(condition, dy, 0), where(condition, 0, dy)],
  lowering: {
    kind: "map",
    cost: 1,
    rule: (k, [condition, a, b]) => k.select(condition as Mask, a as Floats, b as Floats),
  },
});
