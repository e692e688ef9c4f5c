import { type Shape, show, sizeOf } from "../tensor/shapes.js";
import { Tensor, type TypedArray } from "../tensor/tensor.js";
import { DataError, type Draw, kindOf } from "./dataset.js";
import type { Examples, Field, Fields, FieldValues } from "./examples.js";
import { aKind, arrays } from "./field-arrays.js";
import { filledUp } from "./filled-up.js";

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

function fitting(of: string, { shape, dtype }: Field, values: FieldValues | undefined, size: number): Tensor {
  const whole = [size, ...(shape as Shape)];
  const kind = kindOf(values);
  if (!arrays[dtype].includes(kind) || (values as TypedArray).length !== sizeOf(whole))
    throw new DataError(
      `${of}: came as ${(values as TypedArray | undefined)?.length ?? 0} values (${kind}), expected ${aKind(dtype)} of ${show(whole)} (${sizeOf(whole)})`,
    );
  return Tensor.from(values as TypedArray, whole, dtype);
}
