import { putSlicesKernel } from "../kernels/gather.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/**
 * x with other slices along axis 0: y[indices[j], …] = slices[j, …], and y = x elsewhere. Of several for one place the
 * last stays; indices outside the axis are passed over. Assigned to the variable that x is, it writes these slices alone.
 *
 * @param x        f32 or i32
 * @param indices  M, i32
 * @param slices   M×…, of x's type
 */
export function putSlices(x: Tensor, indices: Tensor, slices: Tensor): Tensor {
  return slices.size === 0 ? x : apply(putSlicesOp, [slices, indices, x], {});
}

const putSlicesOp = defineOp({
  name: "putSlices",
  shape: ([, , x]) => x,
  vjp: () => {
    throw new Error("putSlices: has no gradient");
  },
  lowering: { kind: "putSlices", axis: 0, generate: putSlicesKernel },
});
