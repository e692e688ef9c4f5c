/** Comparisons, element by element, to bool. They broadcast as in NumPy and have no gradient. */
import type { Comparison, Floats, Mask } from "../kernels/language.js";
import { checkTensor } from "../tensor/arguments.js";
import { broadcastShapes } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { alike } from "./alike.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { apply, defineOp } from "./define.js";
import type { TensorLike } from "./scalar.js";

const op = defineOp<{ how: Comparison }>({
  name: "compare",
  shape: ([a]) => a,
  type: () => "bool",
  vjp: () => [null, null],
  lowering: ({ how }) => ({
    kind: "map",
    cost: 1,
    rule: (k, [a, b]) => k.compare(how, a as Floats, b as Floats),
  }),
  label: ({ how }) => how,
});

const compare =
  (name: string, how: Comparison) =>
  (a: TensorLike, b: TensorLike): Tensor =>
    apply(op, alike(name, a, b), { how });

/** a = b, element by element, as bool; the shapes broadcast. */
export const equal = compare("equal", "eq");
/** a ≠ b, element by element, as bool; true where either is NaN. The shapes broadcast. */
export const notEqual = compare("notEqual", "ne");
/** a < b, element by element, as bool; the shapes broadcast. */
export const less = compare("less", "lt");
/** a ≤ b, element by element, as bool; the shapes broadcast. */
export const lessEqual = compare("lessEqual", "le");
/** a > b, element by element, as bool; the shapes broadcast. */
export const greater = compare("greater", "gt");
/** a ≥ b, element by element, as bool; the shapes broadcast. */
export const greaterEqual = compare("greaterEqual", "ge");

const logic = defineOp<{ how: "and" | "or" }>({
  name: "logic",
  shape: ([a]) => a,
  type: () => "bool",
  vjp: () => [null, null],
  lowering: ({ how }) => ({
    kind: "map",
    cost: 1,
    rule: (k, [a, b]) => (how === "and" ? k.and(a as Mask, b as Mask) : k.or(a as Mask, b as Mask)),
  }),
  label: ({ how }) => how,
});

function combine(name: string, how: "and" | "or", a: Tensor, b: Tensor): Tensor {
  checkTensor(name, "a", a);
  checkTensor(name, "b", b);
  const shape = broadcastShapes(name, a.shape, b.shape);
  return apply(logic, [broadcastTo(cast(a, "bool"), shape), broadcastTo(cast(b, "bool"), shape)], { how });
}

/** Both are true, or not 0, element by element, as bool; the shapes broadcast. */
export const logicalAnd = (a: Tensor, b: Tensor): Tensor => combine("logicalAnd", "and", a, b);
/** At least one is true, or not 0, element by element, as bool; the shapes broadcast. */
export const logicalOr = (a: Tensor, b: Tensor): Tensor => combine("logicalOr", "or", a, b);

const notOp = defineOp({
  name: "logicalNot",
  shape: ([a]) => a,
  type: () => "bool",
  vjp: () => [null],
  lowering: {
    kind: "map",
    cost: 1,
    rule: (k, [a]) => k.not(a as Mask),
  },
});

/** True where x is false, or 0, element by element, as bool. */
export const logicalNot = (x: Tensor): Tensor => apply(notOp, [cast(x, "bool")], {});
