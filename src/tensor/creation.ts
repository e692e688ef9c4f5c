/** Tensors from numbers. */
import { checkedType, type Nested, type NumberArray, numbersOf, ownCopy } from "./numbers.js";
import { checkedShape, type Shape, ShapeError, show, sizeOf } from "./shapes.js";
import { type DType, Tensor } from "./tensor.js";

export type { Nested, NumberArray };

/**
 * A tensor of a copy of the given numbers: what happens to an array afterwards does not reach it.
 *
 * A list of numbers is f32, of booleans bool. A typed array keeps its numbers: Float32Array, Float64Array and
 * Float16Array are f32 (rounded to it, as lists are); Int32Array, and Int8Array, Int16Array, Uint16Array are i32;
 * Uint32Array, BigInt64Array and BigUint64Array are i32 where all numbers fit; Uint8Array and Uint8ClampedArray are u8.
 *
 * @param values  a number, nested lists of equal length (the innermost may be typed arrays), or a typed array
 * @param shape   that of the lists, or one axis, if left out
 * @param type    that of the numbers if left out; numbers become bool by being not 0
 * @throws ShapeError where the numbers do not fill the shape or the lists are of different lengths
 * @throws TypeError where they are no numbers, or some that the type does not have
 */
export function tensor(values: Nested, shape?: Shape, type?: DType): Tensor {
  const kind = type === undefined ? undefined : checkedType("tensor", type);
  const found = numbersOf("tensor", values, kind);
  const to = shape === undefined ? found.shape : checkedShape("tensor", shape);
  if (sizeOf(to) !== found.values.length)
    throw new ShapeError(`tensor: ${found.values.length} values do not fill ${show(to)} (${sizeOf(to)})`);
  return Tensor.from(ownCopy(found.values, values), to, found.type);
}
