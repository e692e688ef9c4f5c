import { checkedShape } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/** 0, 1, …, n − 1 as i32, of shape n. Nothing is stored: kernels count. */
export const range = (n: number): Tensor => apply(op, [], { n: checkedShape("range", [n])[0] });

const op = defineOp<{ n: number }>({
  name: "range",
  shape: (_, { n }) => [n],
  type: () => "i32",
  vjp: () => [],
  lowering: { kind: "range" },
});
