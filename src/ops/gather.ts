import { optionsOf } from "../door/options.js";
import { gatherKernel, scatterAddKernel } from "../kernels/gather.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedAxis, type Shape, ShapeError, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul } from "./arithmetic.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { greaterEqual, less, logicalAnd } from "./comparisons.js";
import { apply, defineOp } from "./define.js";
import { range } from "./range.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";
import { sum } from "./sum.js";
import { where } from "./where.js";

/**
 * Slices of x along an axis, picked by index: y[…, i, …] = x[…, indices[i], …]. The axes of `indices` take the
 * place of the axis. An index outside the axis gives NaN (0 for integers); negative ones are outside too.
 *
 * @param indices  integers
 */
export function gather(x: Tensor, indices: Tensor, given: { axis?: number } = {}): Tensor {
  const { axis = 0 } = optionsOf("gather", given, { axis: 1 });
  checkTensor("gather", "x", x);
  checkTensor("gather", "indices", indices);
  if (indices.type !== "i32" && indices.type !== "u8")
    throw new ShapeError(`gather: the indices are ${indices.type}, expected integers (i32 or u8)`);
  const along = checkedAxis("gather", axis, x.shape);
  const flat = reshape(cast(indices, "i32"), [indices.size]);
  const picked = apply(gatherOp, [x, flat], { axis: along });
  return reshape(picked, x.shape.toSpliced(along, 1, ...indices.shape));
}

const gatherOp = defineOp<{ axis: number }>({
  name: "gather",
  shape: ([x, indices], { axis }) => x.with(axis, sizeOf(indices)),
  vjp: (dy, { inputs: [x, indices], attributes: { axis } }) => [
    scatterAdd(dy, indices, axis, x.shape[axis]),
    null,
  ],
  lowering: ({ axis }) => ({ kind: "gather", axis, generate: gatherKernel }),
});

/** So many slices are added up one by one. */
const longestChain = 64;

/**
 * Slices added up at the places their indices name, into `extent` slices of zeros; the gradient of gather. Where there
 * are many for few places they are added up part by part, so that no sum is a long chain: each part has as many slices
 * as there are places, and all parts together take no more memory than y.
 */
export function scatterAdd(y: Tensor, indices: Tensor, axis: number, extent: number): Tensor {
  const count = sizeOf(indices.shape);
  const parts = Math.floor(count / Math.max(longestChain, extent));
  if (parts < 2) return apply(scatterOp, [y, indices], { axis, extent });
  const each = Math.ceil(count / parts);
  const part = slice(
    reshape(broadcastTo(reshape(range(parts), [parts, 1]), [parts, each]), [-1]),
    [0],
    [count],
  );
  const isInside = logicalAnd(greaterEqual(indices, 0), less(indices, extent));
  const apart = where(isInside, add(indices, mul(part, extent)), -1);
  const sums = apply(scatterOp, [y, apart], { axis, extent: parts * extent });
  return sum(reshape(sums, sums.shape.toSpliced(axis, 1, parts, extent)), { axis });
}

const scatterOp = defineOp<{ axis: number; extent: number }>({
  name: "scatterAdd",
  shape: ([y], { axis, extent }): Shape => y.with(axis, extent),
  vjp: (dx, { inputs: [, indices], attributes: { axis } }) => [
    apply(gatherOp, [dx, indices], { axis }),
    null,
  ],
  lowering: ({ axis }) => ({ kind: "scatterAdd", axis, generate: scatterAddKernel }),
});

/** Where a tensor is nothing but slices along axis 0 added up at their places: those, and the places. */
export function addedUp({ operation, inputs, attributes }: Tensor): { y: Tensor; indices: Tensor } | null {
  return operation === scatterOp && attributes.axis === 0 ? { y: inputs[0], indices: inputs[1] } : null;
}
