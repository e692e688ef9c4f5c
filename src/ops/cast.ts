import type { KernelBuilder } from "../kernels/builder.js";
import type { Floats, Ints, Lanes, Mask } from "../kernels/language.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedType } from "../tensor/numbers.js";
import type { DType, Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/**
 * The values as another type, in the same shape. To integers towards zero (NaN becomes 0, u8 keeps the low 8 bits), to
 * bool: is it not 0.
 */
export function cast(x: Tensor, type: DType): Tensor {
  checkTensor("cast", "x", x);
  checkedType("cast", type);
  return x.type === type ? x : apply(op, [x], { from: x.type, to: type });
}

const op = defineOp<{ from: DType; to: DType }>({
  name: "cast",
  shape: ([x]) => x,
  type: (_, { to }) => to,
  // There is one type of floats: a cast begins or ends at integers, which have no slope.
  vjp: () => [null],
  lowering: ({ to }) => ({ kind: "map", cost: 1, rule: (k, [x]) => converted(k, x, to) }),
  label: ({ to }) => to,
});

function converted(k: KernelBuilder, x: Lanes, to: DType): Lanes {
  if (to === "bool") {
    if (x.type === "mask") return x;
    return x.type === "f32" ? k.compare("ne", x as Floats, k.f32(0)) : k.compare("ne", x as Ints, k.i32(0));
  }
  const number: Floats | Ints =
    x.type === "mask" ? k.select(x as Mask, k.i32(1), k.i32(0)) : (x as Floats | Ints);
  if (to === "f32") return number.type === "f32" ? number : k.toFloat(number as Ints);
  const whole = number.type === "f32" ? k.toInt(number as Floats) : (number as Ints);
  return to === "u8" ? k.and(whole, k.i32(255)) : whole;
}
