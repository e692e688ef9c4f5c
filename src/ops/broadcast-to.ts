/** Repeating values along axes, and adding them up along axes: each is the gradient of the other. */
import { zero } from "../compiler/affine.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedShape, type Shape, ShapeError, sameShape, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";
import { reshape } from "./reshape.js";

/**
 * The same values repeated along axes of length 1 and along new leading axes, as in NumPy. Nothing is copied.
 *
 * @throws ShapeError where an axis is neither of length 1 nor of the wanted length
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  checkTensor("broadcastTo", "x", x);
  const to = checkedShape("broadcastTo", shape);
  if (sameShape(x.shape, to)) return x;
  const says = `broadcastTo: ${show(x.shape)} does not broadcast to ${show(to)}`;
  if (x.rank > to.length) throw new ShapeError(`${says} (${axes(x.rank)} against ${to.length})`);
  x.shape.forEach((d, i) => {
    const axis = i + to.length - x.rank;
    if (d !== 1 && d !== to[axis]) throw new ShapeError(`${says} (${d} against ${to[axis]} in axis ${axis})`);
  });
  return apply(broadcasting, [x], { shape: to });
}

const axes = (n: number): string => (n === 1 ? "1 axis" : `${n} axes`);

const broadcasting = defineOp<{ shape: Shape }>({
  name: "broadcastTo",
  shape: (_, { shape }) => shape,
  vjp(dy, { inputs: [x], attributes: { shape } }) {
    const lead = shape.length - x.rank;
    const repeated = shape
      .map((_, d) => d)
      .filter((d) => d < lead || (x.shape[d - lead] === 1 && shape[d] !== 1));
    return [reshape(reduceSum(dy, repeated), x.shape)];
  },
  lowering: (_, { inputs: [input] }) => ({
    kind: "view",
    index(out) {
      const lead = out.length - input.length;
      const loops = out[0]?.coefficients.length ?? 0;
      return input.map((d, i) => (d === 1 ? zero(loops) : out[i + lead]));
    },
  }),
});

/** The shape with reduced axes of length 1. */
export const keptShape = (x: Tensor, axes: readonly number[]): number[] =>
  x.shape.map((d, i) => (axes.includes(i) ? 1 : d));

/** Σ over axes that are counted from the start and named once. */
export function reduceSum(x: Tensor, axes: readonly number[]): Tensor {
  return axes.length === 0 ? x : apply(summing, [x], { axes: [...axes] });
}

const summing = defineOp<{ axes: number[] }>({
  name: "sum",
  shape: ([x], { axes }) => x.filter((_, d) => !axes.includes(d)),
  vjp: (dy, { inputs: [x], attributes: { axes } }) => [broadcastTo(reshape(dy, keptShape(x, axes)), x.shape)],
  lowering: ({ axes }) => ({ kind: "reduce", combine: "sum", axes }),
});
