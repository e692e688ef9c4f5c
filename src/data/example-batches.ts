import { type Shape, show, sizeOf } from "../tensor/shapes.js";
import { type DType, Tensor, type TypedArray } from "../tensor/tensor.js";
import { DataError, type Draw, kindOf } from "./dataset.js";
import { type Examples, type Field, type Fields, type FieldValues, showField } from "./examples.js";

/** Several examples as tensors: the fields of one, with one more axis in front. */
export interface ExampleBatch<F extends Fields = Fields> {
  readonly fields: { readonly [K in keyof F]: Tensor } & { readonly [mask: string]: Tensor };
  /** Where in the data set each example stands; in a stream, how many came before it in the epoch. */
  readonly places: Int32Array;
  readonly size: number;
}

/** The examples at these places as one batch. */
export async function batchAt<F extends Fields>(
  examples: Examples<F>,
  places: Int32Array,
  draw?: Draw,
): Promise<ExampleBatch<F>> {
  const values = await examples.at(places, draw);
  const batch = batchOf(examples, values, places);
  if (examples.fresh) return batch;
  // Whoever reads may hand over the same array again, with other examples in it.
  const copies = Object.entries<Tensor>(batch.fields).map(([name, { own, shape, type }]) => [
    name,
    Tensor.from(own!.slice(), shape, type),
  ]);
  return { ...batch, fields: Object.fromEntries(copies) };
}

/**
 * Numbers as tensors, ragged ones filled up to the longest. They are taken as they are: nobody may change them.
 * @throws DataError where they are not what the fields say
 */
export function batchOf<F extends Fields>(
  { name, fields }: Pick<Examples<F>, "name" | "fields">,
  values: { readonly [K in keyof F]: FieldValues },
  places: Int32Array,
): ExampleBatch<F> {
  const size = places.length;
  const tensors: { [field: string]: Tensor } = {};
  for (const [key, field] of Object.entries(fields)) {
    const of = `${key} of ${name}`;
    const own = values?.[key];
    if (field.shape[0] === null) Object.assign(tensors, filledUp(of, key, field, own, size));
    else tensors[key] = fitting(of, field, own, size);
  }
  return { fields: tensors as ExampleBatch<F>["fields"], places, size };
}

const arrays: { readonly [dtype in DType]: readonly string[] } = {
  f32: ["Float32Array"],
  i32: ["Int32Array"],
  u8: ["Uint8Array", "Uint8ClampedArray"],
  bool: ["Uint8Array"],
};

function fitting(of: string, { shape, dtype }: Field, values: FieldValues | undefined, size: number): Tensor {
  const whole = [size, ...(shape as Shape)];
  const kind = kindOf(values);
  if (!arrays[dtype].includes(kind) || (values as TypedArray).length !== sizeOf(whole))
    throw new DataError(
      `${of}: came as ${(values as TypedArray | undefined)?.length ?? 0} values (${kind}), expected ${aKind(dtype)} of ${show(whole)} (${sizeOf(whole)})`,
    );
  return Tensor.from(values as TypedArray, whole, dtype);
}

function filledUp(
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

const aKind = (dtype: DType): string => {
  const [kind] = arrays[dtype];
  return /^[AEIO]/.test(kind) ? `an ${kind}` : `a ${kind}`;
};
