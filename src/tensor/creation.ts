/** Tensors from numbers. */
import { checkedShape, type Shape, ShapeError, sameShape, show, sizeOf } from "./shapes.js";
import { type DType, Tensor, type TypedArray } from "./tensor.js";

export type Nested = number | boolean | readonly Nested[];

/**
 * A tensor of the given numbers.
 *
 * @param values  a number, nested lists of equal length, or a typed array (Float32Array: f32, Int32Array: i32,
 *                Uint8Array: u8); a list of numbers is f32, of booleans bool
 * @param shape   that of the lists, or one axis, if left out
 * @throws ShapeError where the numbers do not fill the shape or the lists are of different lengths
 */
export function tensor(values: Nested | TypedArray, shape?: Shape, type?: DType): Tensor {
  const flat: number[] | TypedArray = isTyped(values) ? values : [];
  const found = isTyped(values) ? [values.length] : flatten(values, flat as number[]);
  const to = shape ? checkedShape("tensor", shape) : found;
  if (sizeOf(to) !== flat.length)
    throw new ShapeError(`tensor: ${flat.length} values do not fill ${show(to)} (${sizeOf(to)})`);
  const kind = type ?? (isTyped(values) ? typeOf(values) : holdsBooleans(values) ? "bool" : "f32");
  return Tensor.from(converted(flat, kind), to, kind);
}

const isTyped = (values: Nested | TypedArray): values is TypedArray => ArrayBuffer.isView(values);

const typeOf = (values: TypedArray): DType =>
  values instanceof Float32Array ? "f32" : values instanceof Int32Array ? "i32" : "u8";

function holdsBooleans(values: Nested): boolean {
  let first = values;
  while (Array.isArray(first)) first = first[0] as Nested;
  return typeof first === "boolean";
}

function converted(values: ArrayLike<number>, type: DType): TypedArray {
  if (type === "f32") return values instanceof Float32Array ? values : Float32Array.from(values);
  if (type === "i32") return values instanceof Int32Array ? values : Int32Array.from(values);
  if (type === "bool") return Uint8Array.from(values, (v) => (v ? 1 : 0));
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}

/** Appends the numbers in row-major order and returns the shape. */
function flatten(values: Nested, into: number[]): number[] {
  if (!Array.isArray(values)) {
    into.push(Number(values));
    return [];
  }
  let inner: number[] = [];
  values.forEach((row: Nested, i) => {
    const shape = flatten(row, into);
    if (i === 0) inner = shape;
    else if (!sameShape(shape, inner)) {
      const length = (s: Shape): string => (s[0] === 1 ? "1 value" : `${s[0] ?? "no"} values`);
      throw new ShapeError(`tensor: row ${i} has ${length(shape)}, row 0 has ${inner[0] ?? "none"}`);
    }
  });
  return [values.length, ...inner];
}
