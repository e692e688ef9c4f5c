/**
 * Numbers as users give them, checked once and made into the array that a tensor keeps. An array's kind is asked of
 * its tag and not of its class: arrays of another realm (an iframe, a vm context, some test runners) have others.
 */
import { kindOfArray, said } from "../door/said.js";
import { nearestName } from "../door/spelling.js";
import type { TypedArray } from "../runtime/storage.js";
import type { DType } from "./dtype.js";
import { type Shape, ShapeError, sameShape } from "./shapes.js";

/** Any typed array: of numbers, or of big integers. */
export type NumberArray = ArrayBufferView & (ArrayLike<number> | ArrayLike<bigint>);

/** A number, or nested lists of equal length; the innermost may be typed arrays. */
export type Nested = number | boolean | NumberArray | readonly Nested[];

export const types = ["f32", "i32", "u8", "bool"] as const satisfies readonly DType[];

/** The type that a user names. */
export function checkedType(speaker: string, type: unknown): DType {
  const found = types.find((name) => name === type);
  if (found) return found;
  const nearest = typeof type === "string" ? (alsoCalled.get(type) ?? nearestName(type, types)) : undefined;
  throw new TypeError(
    `${speaker}: there is no type ${said(type)}, expected one of ${types.join(", ")}${nearest ? `; did you mean "${nearest}"?` : ""}`,
  );
}

/** What other libraries say. */
const alsoCalled: ReadonlyMap<string, DType> = new Map([
  ["float32", "f32"],
  ["float", "f32"],
  ["int32", "i32"],
  ["int", "i32"],
  ["uint8", "u8"],
  ["byte", "u8"],
  ["boolean", "bool"],
]);

/** The type of each kind of typed array: the smallest that has all of its numbers, as far as there is one. */
const typeOfKind: Readonly<Record<string, DType>> = {
  Float32Array: "f32",
  // Rounded to f32, as every number of a list is.
  Float64Array: "f32",
  Float16Array: "f32",
  Int32Array: "i32",
  Int16Array: "i32",
  Uint16Array: "i32",
  Int8Array: "i32",
  // Where they fit.
  Uint32Array: "i32",
  BigInt64Array: "i32",
  BigUint64Array: "i32",
  Uint8Array: "u8",
  Uint8ClampedArray: "u8",
};

export interface Numbers {
  /** May be the caller's own. */
  readonly values: TypedArray;
  /** That of the lists. */
  readonly shape: Shape;
  readonly type: DType;
}

/**
 * @param wanted  the type; that of the numbers if left out
 * @throws TypeError where they are no numbers, or numbers that the type does not have
 * @throws ShapeError where lists are of different lengths
 */
export function numbersOf(speaker: string, given: unknown, wanted?: DType): Numbers {
  const kind = kindOfArray(given);
  if (kind) {
    const values = given as NumberArray;
    checkThere(speaker, values);
    const type = wanted ?? typeOfKind[kind];
    return { values: converted(speaker, values, kind, type), shape: [values.length], type };
  }
  const read = new ListReader(speaker);
  const shape = read.list(given);
  const type = wanted ?? read.type;
  return { values: converted(speaker, read.numbers, "Array", type), shape, type };
}

/** Numbers out of nested lists, in row-major order. */
class ListReader {
  readonly numbers: number[] = [];
  readonly #place: number[] = [];
  /** "number", "boolean" and the types of typed arrays. */
  readonly #kinds = new Set<string>();

  constructor(private readonly speaker: string) {}

  get type(): DType {
    if (this.#kinds.size === 1) {
      const [kind] = this.#kinds;
      return kind === "boolean" ? "bool" : kind === "number" ? "f32" : (kind as DType);
    }
    if (this.#kinds.has("boolean"))
      throw new TypeError(`${this.speaker}: the lists hold booleans and numbers, expected one of them`);
    return "f32";
  }

  /** The numbers of what stands at the present place, and its shape. */
  list(given: unknown, depth = 0): Shape {
    if (typeof given === "number" || typeof given === "boolean") {
      this.#kinds.add(typeof given);
      this.numbers.push(Number(given));
      return single;
    }
    const kind = kindOfArray(given);
    if (kind) return this.#array(given as NumberArray, kind);
    if (!Array.isArray(given))
      throw new TypeError(`${this.speaker}: ${noNumbers(given, this.#place.slice(0, depth))}`);
    if (depth === mostAxes)
      throw new TypeError(`${this.speaker}: the lists are nested deeper than ${mostAxes} axes`);
    let inner: Shape = single;
    // By number: forEach would pass over holes.
    for (let i = 0; i < given.length; i++) {
      this.#place[depth] = i;
      const shape = this.list(given[i], depth + 1);
      if (i === 0) inner = shape;
      else if (!sameShape(shape, inner)) {
        const outer = this.#place.slice(0, depth);
        const row = (r: number): string => `row ${[...outer, r].join(", ")}`;
        throw new ShapeError(
          `${this.speaker}: ${row(i)} has ${length(shape)}, ${row(0)} has ${count(inner)}`,
        );
      }
    }
    return [given.length, ...inner];
  }

  #array(values: NumberArray, kind: string): Shape {
    checkThere(this.speaker, values);
    this.#kinds.add(typeOfKind[kind]);
    for (let i = 0; i < values.length; i++) this.numbers.push(Number(values[i]));
    return [values.length];
  }
}

const mostAxes = 32;
const single: Shape = [];

const count = (shape: Shape): string =>
  shape.length === 0 ? "a single number" : shape.length > 1 ? shape.join("×") : String(shape[0] || "none");

const length = (shape: Shape): string =>
  shape.length !== 1 ? count(shape) : shape[0] === 1 ? "1 value" : `${shape[0] || "no"} values`;

/** What was given in the place of numbers, and what to do about it. */
function noNumbers(given: unknown, at: readonly number[]): string {
  const place = at.length === 0 ? "the values are" : `the value at ${at.join(", ")} is`;
  return `${place} ${said(given)}, expected ${at.length === 0 ? "numbers, lists of them or a typed array" : "a number"}${advice(given)}`;
}

function advice(given: unknown): string {
  if (typeof given === "bigint") return "; Number(…) makes it one";
  if (typeof given !== "object" || given === null) return "";
  if ("operation" in given && "shape" in given)
    return "; it is a tensor already: await x.data() has its numbers";
  if ("then" in given) return "; await it first";
  const tag = Object.prototype.toString.call(given).slice("[object ".length, -1);
  if (isPicture.test(tag) || ("data" in given && "width" in given && "height" in given))
    return "; of pictures, data.pictureFrom(…) makes a tensor";
  if (/ArrayBuffer$/.test(tag))
    return "; say what the bytes are: new Float32Array(buffer), new Uint8Array(buffer)";
  if (tag === "DataView")
    return "; say what the bytes are: new Float32Array(view.buffer, view.byteOffset, …)";
  if (Symbol.iterator in given || "length" in given) return "; Array.from(…) makes a list of it";
  return "";
}

const isPicture =
  /^(ImageData|ImageBitmap|VideoFrame|Blob|File|HTML(Image|Canvas|Video)Element|OffscreenCanvas|SVGImageElement)$/;

/** Of a buffer that was handed to another thread, or has shrunk below the array, nothing is left. */
function checkThere(speaker: string, values: NumberArray): void {
  if (values.length > 0) return;
  try {
    Uint8Array.prototype.keys.call(values);
  } catch {
    throw new TypeError(
      `${speaker}: the array has no memory any more: its buffer was transferred or has shrunk`,
    );
  }
}

function converted(
  speaker: string,
  values: ArrayLike<number> | ArrayLike<bigint>,
  kind: string,
  type: DType,
): TypedArray {
  const number = (value: number | bigint): number => Number(value);
  switch (type) {
    case "f32":
      return kind === "Float32Array" ? inRealm(values, Float32Array) : new Float32Array(numeric(values));
    case "i32":
      if (kind === "Int32Array") return inRealm(values, Int32Array);
      return alwaysFits.has(kind)
        ? new Int32Array(values as ArrayLike<number>)
        : whole(speaker, values, new Int32Array(values.length), "i32", -(2 ** 31), 2 ** 31 - 1);
    case "u8":
      if (kind === "Uint8Array" || kind === "Uint8ClampedArray") return inRealm(values, Uint8Array);
      return whole(speaker, values, new Uint8Array(values.length), "u8", 0, 255);
    case "bool":
      // As cast has it: what is not 0 is true, and NaN is not 0.
      return Uint8Array.from(values as ArrayLike<number>, (v) => (number(v) !== 0 ? 1 : 0));
  }
}

/** Kinds of which every number is an i32. */
const alwaysFits = new Set(["Int16Array", "Uint16Array", "Int8Array", "Uint8Array", "Uint8ClampedArray"]);

/** The same memory as an array of this realm's class, which is what the engine writes from. */
function inRealm<A extends TypedArray>(
  values: unknown,
  Kind: { new (buffer: ArrayBuffer, offset: number, length: number): A },
): A {
  if (values instanceof (Kind as unknown as new () => A) && !(values instanceof Uint8ClampedArray))
    return values;
  const { buffer, byteOffset, length } = values as A;
  return new Kind(buffer as ArrayBuffer, byteOffset, length);
}

const numeric = (values: ArrayLike<number> | ArrayLike<bigint>): ArrayLike<number> =>
  typeof values[0] === "bigint"
    ? Array.from(values as ArrayLike<bigint>, Number)
    : (values as ArrayLike<number>);

function whole<A extends Int32Array | Uint8Array>(
  speaker: string,
  values: ArrayLike<number> | ArrayLike<bigint>,
  into: A,
  type: DType,
  least: number,
  most: number,
): A {
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (!(Number.isInteger(value) && value >= least && value <= most))
      throw new TypeError(
        `${speaker}: the value ${said(values[i])} at ${i} is not among the numbers of ${type}, the whole ones from ${least} to ${most}`,
      );
    into[i] = value;
  }
  return into;
}

/** A copy, where the array is the caller's or shares its memory. Not by slice: that of Node's Buffer copies nothing. */
export function ownCopy(values: TypedArray, given: unknown): TypedArray {
  if (!ArrayBuffer.isView(given) || values.buffer !== given.buffer) return values;
  if (values instanceof Float32Array) return new Float32Array(values);
  return values instanceof Int32Array ? new Int32Array(values) : new Uint8Array(values);
}
