import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { recordOf, text } from "../door/rules.js";
import { printedAs } from "../tensor/printing.js";
import { type Shape, show, sizeOf } from "../tensor/shapes.js";
import type { DType, TypedArray } from "../tensor/tensor.js";
import { DataError, type Draw, kindOf } from "./dataset.js";

/** What one field of an example holds. */
export interface Field {
  /**
   * The shape of one example's numbers: `[]` a single number, `[28, 28, 1]` a picture. `null` as the first extent: it
   * differs from example to example, as sentences do.
   */
  readonly shape: readonly (number | null)[];
  readonly dtype: DType;
  /** Pixels of 0 to 255: a network gets them as 0 to 1, unless it begins by rescaling them itself. */
  readonly pixels?: boolean;
  /** Of a ragged field: with what the shorter ones of a batch are filled up; 0 if left out. */
  readonly pad?: number;
  /**
   * Of a ragged field: a batch is filled up to a multiple of this length, 8 if left out: each other length is another
   * program to compile.
   */
  readonly multiple?: number;
  /** Of a ragged field: the batch also has a field of this name, N×L of f32, 1 where there is something and 0 where it was filled up. */
  readonly mask?: string;
  /**
   * What moves with the picture where that is augmented (`augmented`). "boxes": ?×4 of f32, [top, left, bottom, right] in
   * pixels from the picture's upper left corner. "points": K×2 of f32, row and column likewise (the middle of the first
   * pixel is 0.5, 0.5), or K×3, the third 1 where the point is seen and 0 where it is not. "mask": H×W or H×W×1 of whole
   * numbers, as large as the picture.
   */
  readonly holds?: "boxes" | "points" | "mask";
  /** Of a ragged field: that of the boxes of which it says something, one row each; it loses those that they lose. */
  readonly along?: string;
}

/** What an example has, by name. */
export type Fields = { readonly [name: string]: Field };

/** The numbers of several examples, one after the other; of a ragged field a list, an array for each example. */
export type FieldValues = TypedArray | readonly TypedArray[];

/** A data set of any kind: so many examples of named fields, in memory or read when they are needed. */
export interface Examples<F extends Fields = Fields> {
  readonly name: string;
  readonly length: number;
  readonly fields: F;
  /** The names of its classes, for those who print them. */
  readonly classes?: readonly string[];
  /** How many batches `at` may be asked for at once, ahead of the one that is used. One if left out. */
  readonly readsAhead?: number;
  /**
   * The examples at these places.
   *
   * @param draw  of a training step: what is random about them follows from it and their places
   */
  at(places: Int32Array, draw?: Draw): Promise<{ readonly [K in keyof F]: FieldValues }>;
  /** Whether what `at` gives is nobody else's, and need not be copied; it is copied if left out. */
  readonly fresh?: boolean;
}

export const isExamples = (data: unknown): data is Examples =>
  typeof data === "object" && data !== null && "fields" in data && "at" in data;

/** A field that lies in memory. */
export interface GivenField extends Partial<Omit<Field, "shape">> {
  /** N × shape numbers; of a ragged field a list of N arrays. */
  readonly values: FieldValues;
  /** Of one example; `[]` if left out, and `[null]` where the values are a list. */
  readonly shape?: Field["shape"];
}

const dtypes: { readonly [kind: string]: DType } = {
  Float32Array: "f32",
  Int32Array: "i32",
  Uint8Array: "u8",
  Uint8ClampedArray: "u8",
};

/**
 * A data set of named fields that lie in memory:
 *
 *     data.examples("xor", {
 *       x: { values: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), shape: [2] },
 *       y: { values: Int32Array.of(0, 1, 1, 0) },
 *     });
 *
 * @throws DataError where a field is of another length than the others, of no such shape, or no such numbers
 */
export function examples<const G extends { readonly [name: string]: GivenField }>(
  name: string,
  given: G,
  options: { classes?: readonly string[] } = {},
): Examples<{ [K in keyof G]: Field }> {
  checkArgument("examples", "the name", name, text);
  checkArgument("examples", "what is given", given, recordOf("{ field: { values, shape } }"));
  const { classes } = optionsOf("examples", options, { classes: 1 });
  const lengths = new Map<string, number>();
  const fields = {} as { [K in keyof G]: Field };
  for (const [key, { values, shape, dtype, ...rest }] of Object.entries(given)) {
    const of = `examples: ${key} of ${name}`;
    const isList = Array.isArray(values);
    const extents = shape ?? (isList ? [null] : []);
    const kind = kindOf(isList ? (values[0] ?? new Float32Array()) : values);
    const found = dtypes[kind];
    if (!found)
      throw new DataError(`${of} has values of ${kind}, expected ${Object.keys(dtypes).join(", ")}`);
    if (dtype !== undefined && dtype !== found)
      throw new DataError(`${of} is ${dtype}, its values are a ${kind}, which holds ${found}`);
    checkField(of, { ...rest, shape: extents, dtype: found });
    const isRagged = extents[0] === null;
    if (isRagged !== isList)
      throw new DataError(
        `${of} is ${showField(extents)}, its values are ${isList ? "a list of arrays" : "one array"}, expected ${isRagged ? "a list, an array for each example" : "one array"}`,
      );
    const size = sizeOf(extents.map((d) => d ?? 1));
    const one = (array: TypedArray, i?: number) => {
      if (array.length % size !== 0)
        throw new DataError(
          `${of}${i === undefined ? "" : `, example ${i},`} has ${array.length} values, expected a multiple of ${size} (${showField(extents)})`,
        );
    };
    if (isList) (values as readonly TypedArray[]).forEach(one);
    else one(values as TypedArray);
    lengths.set(key, isList ? values.length : (values as TypedArray).length / size);
    fields[key as keyof G] = { ...rest, shape: extents, dtype: found };
  }
  const [first, ...others] = lengths;
  if (!first) throw new DataError(`examples: ${name} has no fields`);
  for (const [key, length] of others)
    if (length !== first[1])
      throw new DataError(
        `examples: ${name} has ${first[1]} of ${first[0]} and ${length} of ${key}, expected as many of each`,
      );
  return printableFields({
    name,
    length: first[1],
    fields,
    fresh: true,
    ...(classes ? { classes } : {}),
    at: async (places) =>
      Object.fromEntries(
        Object.entries(given).map(([key, { values }]) => [
          key,
          taken(values, sizeOf(fields[key].shape.map((d) => d ?? 1)), places),
        ]),
      ) as { [K in keyof G]: FieldValues },
  });
}

type Named = { readonly name: string; readonly length: number; readonly fields: Fields };

/** Examples, or a stream of them, that are printed in a line. */
export const printableFields = <E extends Named>(examples: E): E =>
  printedAs(
    examples,
    () => {
      const { name, length, fields } = examples;
      const each = Object.entries(fields).map(([key, { shape, dtype }]) =>
        [key, shape.map((extent) => extent ?? "…").join("×"), dtype].filter(Boolean).join(" "),
      );
      return `${name}: ${length} examples of ${each.join(", ")}`;
    },
    () => ({ name: examples.name, length: examples.length, fields: examples.fields }),
  );

function taken(values: FieldValues, size: number, places: Int32Array): FieldValues {
  if (Array.isArray(values)) return Array.from(places, (place) => (values as readonly TypedArray[])[place]);
  const whole = values as Float32Array; // or another kind: all of them slice alike
  const chosen = whole.slice(0, places.length * size);
  places.forEach((place, i) => void chosen.set(whole.subarray(place * size, (place + 1) * size), i * size));
  return chosen;
}

/**
 * Looks at what says of itself that it is a data set of named fields.
 * @throws DataError in one line
 */
export function checkExamples(speaker: string, { name, length, fields, at }: Examples): void {
  if (typeof name !== "string") throw new DataError(`${speaker}: the examples have no name`);
  if (!Number.isInteger(length) || length < 0)
    throw new DataError(`${speaker}: ${name} has a length of ${length}, expected the number of its examples`);
  if (typeof at !== "function")
    throw new DataError(
      `${speaker}: ${name} has no function \`at\`, which gives the examples at some places`,
    );
  checkFields(speaker, name, fields);
}

/** @throws DataError */
export function checkFields(speaker: string, name: string, fields: Fields): void {
  if (typeof fields !== "object" || fields === null || Object.keys(fields).length === 0)
    throw new DataError(`${speaker}: ${name} has no fields`);
  for (const [key, field] of Object.entries(fields)) checkField(`${speaker}: ${key} of ${name}`, field);
  for (const [key, { mask }] of Object.entries(fields))
    if (mask !== undefined && Object.hasOwn(fields, mask))
      throw new DataError(`${speaker}: the mask of ${key} is called ${mask}, as another field of ${name} is`);
}

function checkField(speaker: string, { shape, dtype, mask, pad, multiple }: Field): void {
  const isShape =
    Array.isArray(shape) &&
    shape.every((d: number | null, axis) => (d === null ? axis === 0 : Number.isInteger(d) && d > 0));
  if (!isShape)
    throw new DataError(
      `${speaker} is ${Array.isArray(shape) ? showField(shape) : `of shape ${shape}`}, expected whole numbers from 1 on, of which the first may be null`,
    );
  if (!["f32", "i32", "u8", "bool"].includes(dtype))
    throw new DataError(`${speaker} has the dtype ${dtype}, expected f32, i32, u8 or bool`);
  if (multiple !== undefined && !(Number.isInteger(multiple) && multiple >= 1))
    throw new DataError(`${speaker} has a multiple of ${multiple}, expected a whole number from 1 on`);
  const [raggedOnly] = Object.entries({ mask, pad, multiple }).find(([, value]) => value !== undefined) ?? [];
  if (shape[0] !== null && raggedOnly)
    throw new DataError(
      `${speaker} is ${showField(shape)} and never filled up: ${raggedOnly} is for a first extent of null`,
    );
}

/** "N×50" of a ragged field, "28×28×1", "a single number". */
export const showField = (shape: Field["shape"]): string =>
  shape.length === 0
    ? "a single number"
    : shape[0] === null
      ? ["?", ...shape.slice(1)].join("×")
      : show(shape as Shape);
