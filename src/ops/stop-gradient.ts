import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/** x, which gradients take for a constant. */
export const stopGradient = (x: Tensor): Tensor => apply(stopOp, [x], {});

const stopOp = defineOp({
  name: "stopGradient",
  shape: ([x]) => x,
  vjp: () => [null],
  lowering: { kind: "view", index: (out) => [...out] },
});

/** x as a node of its own: the place at which a gradient is asked for. */
export const identity = (x: Tensor): Tensor => apply(identityOp, [x], {});

const identityOp = defineOp({
  name: "identity",
  shape: ([x]) => x,
  vjp: (dy) => [dy],
  lowering: { kind: "view", index: (out) => [...out] },
});

/**
 * `value`, computed from `x` in whatever way, with a gradient given by hand: dE/dx from dE/dvalue. For linear
 * operations whose gradient is best said with another operation of their own kind.
 */
export function withGradient(value: Tensor, x: Tensor, vjp: (dy: Tensor) => Tensor): Tensor {
  const operation = defineOp({
    name: "withGradient",
    shape: ([v]) => v,
    vjp: (dy) => [null, vjp(dy)],
    lowering: { kind: "view", index: (out) => [...out] },
  });
  return apply(operation, [value, x], {});
}
