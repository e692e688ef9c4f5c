/** Ragged fields as tensors. */
import { type Shape, sizeOf } from "../tensor/shapes.js";
import { Tensor, type TypedArray } from "../tensor/tensor.js";
import { DataError, kindOf } from "./dataset.js";
import { type Field, type FieldValues, showField } from "./examples.js";
import { aKind, arrays } from "./field-arrays.js";

/**
 * The examples of a ragged field, filled up to the longest, and the mask of what is there.
 * @throws DataError where they are not what the field says
 */
export function filledUp(
  of: string,
  key: string,
  { shape, dtype, pad = 0, multiple = 8, mask }: Field,
  values: FieldValues | undefined,
  size: number,
): { [field: string]: Tensor } {
  const rest = shape.slice(1) as Shape;
  const width = sizeOf(rest);
  const list = values as readonly TypedArray[] | undefined;
  const isFit = (array: TypedArray) => arrays[dtype].includes(kindOf(array)) && array.length % width === 0;
  if (!Array.isArray(list) || list.length !== size || !list.every(isFit))
    throw new DataError(
      `${of}: came as ${Array.isArray(list) ? `${list.length} arrays (${[...new Set(list.map(kindOf))]}: ${list.map((a) => a?.length).join(", ")} values)` : kindOf(list)}, expected a list of ${size}, each ${aKind(dtype)} of ${showField(shape)}`,
    );
  const longest = Math.max(1, ...list.map(({ length }) => length / width));
  const length = Math.ceil(longest / multiple) * multiple;
  const filled = new { f32: Float32Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array }[dtype](
    size * length * width,
  ).fill(pad);
  const there = new Float32Array(size * length);
  list.forEach((array, i) => {
    filled.set(array, i * length * width);
    there.fill(1, i * length, i * length + array.length / width);
  });
  return {
    [key]: Tensor.from(filled, [size, length, ...rest], dtype),
    ...(mask === undefined ? {} : { [mask]: Tensor.from(there, [size, length], "f32") }),
  };
}
