/** Arithmetic on two tensors, element by element. They broadcast as in NumPy; a number stands for a tensor. */
import type { KernelBuilder } from "../kernels/builder.js";
import type { Floats, Ints, Lanes } from "../kernels/language.js";
import type { Tensor } from "../tensor/tensor.js";
import { alike } from "./alike.js";
import { equal, less } from "./comparisons.js";
import { apply, type Differentiable, defineOp } from "./define.js";
import type { TensorLike } from "./scalar.js";
import { where } from "./where.js";

type Emit = (k: KernelBuilder, a: Floats, b: Floats) => Lanes;

const binary = (
  name: string,
  cost: number,
  emit: Emit,
  vjp: (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => [Tensor | null, Tensor | null],
): Differentiable =>
  defineOp({
    name,
    shape: ([a]) => a,
    vjp: (dy, { inputs: [a, b], output }) => vjp(dy, a, b, output),
    lowering: {
      kind: "map",
      cost,
      rule: (k, [a, b]) => emit(k, a as Floats, b as Floats),
    },
  });

/** a + b, element by element; the shapes broadcast. */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return apply(addOp, alike("add", a, b), {});
}
const addOp = binary(
  "add",
  1,
  (k, a, b) => k.add(a, b),
  (dy) => [dy, dy],
);

/** a − b, element by element; the shapes broadcast. */
export function sub(a: TensorLike, b: TensorLike): Tensor {
  return apply(subOp, alike("sub", a, b), {});
}
const subOp = binary(
  "sub",
  1,
  (k, a, b) => k.sub(a, b),
  (dy) => [dy, neg(dy)],
);

/** a · b, element by element; the shapes broadcast. */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  return apply(mulOp, alike("mul", a, b), {});
}
const mulOp = binary(
  "mul",
  1,
  (k, a, b) => k.mul(a, b),
  (dy, a, b) => [mul(dy, b), mul(dy, a)],
);

/** a / b, element by element, in f32 whatever the operands are; the shapes broadcast. */
export function div(a: TensorLike, b: TensorLike): Tensor {
  return apply(divOp, alike("div", a, b, "f32"), {});
}
const divOp = binary(
  "div",
  4,
  (k, a, b) => k.div(a, b),
  (dy, _, b, y) => {
    const da = div(dy, b);
    return [da, neg(mul(da, y))];
  },
);

/**
 * The greater of a and b, element by element; NaN where either is. The shapes broadcast. The gradient goes to the
 * greater, half to each where they are equal.
 */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  return apply(maximumOp, alike("maximum", a, b), {});
}
const maximumOp = binary(
  "maximum",
  2,
  (k, a, b) => throughNaN(k, b, k.max(a, b)),
  (dy, a, b) => share(dy, equal(a, b), less(a, b)),
);

/**
 * The smaller of a and b, element by element; NaN where either is. The shapes broadcast. The gradient goes to the
 * smaller, half to each where they are equal.
 */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  return apply(minimumOp, alike("minimum", a, b), {});
}
const minimumOp = binary(
  "minimum",
  2,
  (k, a, b) => throughNaN(k, b, k.min(a, b)),
  (dy, a, b) => share(dy, equal(a, b), less(b, a)),
);

/** min and max let NaN pass in their first operand only. */
function throughNaN(k: KernelBuilder, b: Floats, extreme: Floats): Floats {
  return b.type === "f32" ? k.select(k.compare("ne", b, b), b, extreme) : extreme;
}

/** Equals share, as in PyTorch and JAX: max(x, x) is x, and so is its slope, however often x is asked. */
function share(dy: Tensor, tie: Tensor, toB: Tensor): [Tensor, Tensor] {
  const half = mul(dy, 0.5);
  return [where(tie, half, where(toB, 0, dy)), where(tie, half, where(toB, dy, 0))];
}

/** −x, element by element */
export function neg(x: Tensor): Tensor {
  return apply(negOp, [x], {});
}
const negOp = defineOp({
  name: "neg",
  shape: ([x]) => x,
  vjp: (dy) => [neg(dy)],
  lowering: {
    kind: "map",
    cost: 1,
    rule: (k, [x]) => (x.type === "f32" ? k.neg(x as Floats) : k.neg(x as Ints)),
  },
});
