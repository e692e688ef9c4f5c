import { fill, type Numbers } from "./numbers.js";
import { asNumbers, binary, broadcastShape, repeated } from "./pointwise.js";

const truth = (f: (a: number, b: number) => boolean) => binary((a, b) => (f(a, b) ? 1 : 0));

// Every comparison with NaN is false, but for notEqual.
export const equal = truth((a, b) => a === b);
export const notEqual = truth((a, b) => a !== b);
export const less = truth((a, b) => a < b);
export const lessEqual = truth((a, b) => a <= b);
export const greater = truth((a, b) => a > b);
export const greaterEqual = truth((a, b) => a >= b);
export const logicalAnd = truth((a, b) => a !== 0 && b !== 0);
export const logicalOr = truth((a, b) => a !== 0 || b !== 0);
export const logicalNot = (a: Numbers): Numbers => ({
  shape: a.shape,
  data: a.data.map((v) => (v === 0 ? 1 : 0)),
});

/** a where the condition holds, b elsewhere; the three broadcast together */
export function where(condition: Numbers, a: Numbers | number, b: Numbers | number): Numbers {
  const [left, right] = [asNumbers(a), asNumbers(b)];
  const shape = broadcastShape(condition.shape, broadcastShape(left.shape, right.shape));
  return fill(shape, (place) => repeated(repeated(condition, place) !== 0 ? left : right, place));
}

/** To an integer: towards zero. To bool: whether it is not 0. */
export function cast(x: Numbers, dtype: "f32" | "i32" | "u8" | "bool"): Numbers {
  const convert = {
    f32: Math.fround,
    i32: Math.trunc,
    u8: Math.trunc,
    bool: (v: number) => (v !== 0 ? 1 : 0),
  };
  return { shape: x.shape, data: x.data.map(convert[dtype]) };
}
