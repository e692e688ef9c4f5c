import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/** x in its shape, which gradients take for a constant. */
export const stopGradient = (x: Tensor): Tensor => apply(stopOp, [x], {});

const stopOp = defineOp({
  name: "stopGradient",
  shape: ([x]) => x,
  vjp: () => [null],
  lowering: { kind: "reshape" },
});

/** x as a node of its own: the place at which a gradient is asked for. */
export const identity = (x: Tensor): Tensor => apply(identityOp, [x], {});

const identityOp = defineOp({
  name: "identity",
  shape: ([x]) => x,
  vjp: (dy) => [dy],
  lowering: { kind: "reshape" },
});

/**
 * `value`, computed from `inputs` in whatever way, with a gradient given by hand: dE/dinput for each input from
 * dE/dvalue. For linear operations whose gradient is best said with another operation of their own kind.
 */
export function withGradient(
  value: Tensor,
  inputs: readonly Tensor[],
  vjp: (dy: Tensor) => readonly Tensor[],
): Tensor {
  const operation = defineOp({
    name: "withGradient",
    shape: ([v]) => v,
    vjp: (dy) => [null, ...vjp(dy)],
    lowering: { kind: "reshape" },
  });
  return apply(operation, [value, ...inputs], {});
}
