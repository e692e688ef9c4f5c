/**
 * The weights of an ONNX file: the initialisers of its graph, by name. Nodes are passed over; a few fields of three
 * messages are all that is read, which takes no generated code.
 * onnx.proto: ModelProto.graph = 7, GraphProto.initializer = 5, and the fields of TensorProto.
 */
import type { ArrayFile, StoredArray } from "./array-file.js";
import type { ByteSource } from "./byte-source.js";
import {
  bytesOf,
  type ElementName,
  isCounts,
  isReadable,
  type Numbers,
  readNumbers,
  type StoredName,
  show,
  sizeOf,
  unreadable,
} from "./elements.js";
import { WireReader } from "./protobuf-wire.js";
import { type Fail, refusal } from "./refusal.js";
import { utf8Text } from "./utf8.js";

/** A file that is no ONNX model, or weights in it that cannot be read. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}

const types: { readonly [type: number]: StoredName } = {
  1: "F32",
  2: "U8",
  3: "I8",
  4: "U16",
  5: "I16",
  6: "I32",
  7: "I64",
  9: "BOOL",
  10: "F16",
  11: "F64",
  12: "U32",
  13: "U64",
  14: "C64",
  15: "C128",
  16: "BF16",
  17: "F8_E4M3",
  18: "F8_E4M3FNUZ",
  19: "F8_E5M2",
  20: "F8_E5M2FNUZ",
  21: "U4",
  22: "I4",
  23: "F4",
  24: "F8_E8M0",
};

/** TensorProto.DataType.STRING. */
const textType = 8;

/** TensorProto's fields. */
const tensorFields = {
  dims: 1,
  type: 2,
  floats: 4,
  int32s: 5,
  int64s: 7,
  name: 8,
  raw: 9,
  doubles: 10,
  location: 14,
};

/**
 * The initialisers of an ONNX model, none of their numbers read yet.
 *
 * Weights that are text are passed over; those of other types, or in a file of their own, are listed, and refused when
 * they are read.
 *
 * @throws OnnxError or WireError  one line with the file: damaged, no weights, an unknown type, a number of values that
 *     is not that of the shape
 */
export async function openOnnxWeights(source: ByteSource): Promise<ArrayFile> {
  const fail = refusal(OnnxError, source.name);
  const reader = new WireReader(source);
  const arrays = new Map<string, StoredArray>();
  const texts: string[] = [];
  for await (const model of reader.fields(0, source.size)) {
    if (model.number !== 7 || model.kind !== "bytes") continue;
    for await (const graph of reader.fields(model.begin, model.end)) {
      if (graph.number !== 5 || graph.kind !== "bytes") continue;
      const { name, array } = await initialiserOf(source, reader, graph, fail);
      if (array === undefined) {
        texts.push(name);
        continue;
      }
      if (arrays.has(name)) fail(`has two initialisers called ${name}`);
      arrays.set(name, array);
    }
  }
  if (arrays.size === 0) return fail("no ONNX model with weights: it has no initialisers");
  const remarks = texts.length > 0 ? [`passed over ${texts.map((name) => `${name} (text)`).join(", ")}`] : [];
  return { name: source.name, arrays, metadata: {}, remarks };
}

interface Place {
  begin: number;
  end: number;
}

async function initialiserOf(
  source: ByteSource,
  reader: WireReader,
  place: Place,
  fail: Fail,
): Promise<{ name: string; array?: StoredArray }> {
  let name = "";
  let type = 0;
  let isElsewhere = false;
  const shape: number[] = [];
  let raw: Place | undefined;
  let listed: Place | undefined;
  for await (const field of reader.fields(place.begin, place.end)) {
    const { number } = field;
    if (field.kind === "number") {
      if (number === tensorFields.dims) shape.push(Number(field.value));
      if (number === tensorFields.type) type = Number(field.value);
      if (number === tensorFields.location) isElsewhere = field.value === 1n;
      continue;
    }
    if (number === tensorFields.name && field.end - field.begin > longestName)
      return fail(`an initialiser has a name of ${field.end - field.begin} bytes`);
    if (number === tensorFields.name) name = utf8Text(await source.read(field.begin, field.end));
    if (number === tensorFields.dims) {
      if (field.end - field.begin > 256) return fail("an initialiser has too many dimensions");
      const { values, found } = await reader.varints(field.begin, field.end, field.end - field.begin);
      for (let i = 0; i < found; i++) shape.push(Number(values[i]));
    }
    if (number === tensorFields.raw || number === tensorFields.floats || number === tensorFields.doubles)
      raw = field;
    if (number === tensorFields.int32s || number === tensorFields.int64s) listed = field;
  }
  if (type === textType) return { name };
  const dtype = types[type];
  if (dtype === undefined)
    return fail(
      `${name} holds numbers of ONNX type ${type}; ${Object.entries(types)
        .flatMap(([n, t]) => (isReadable(t) ? [`${n} (${t})`] : []))
        .join(", ")} can be read`,
    );
  if (!isCounts(shape)) return fail(`${name} has the shape ${show(shape)}, expected whole numbers`);
  const expected = bytesOf(dtype, sizeOf(shape));
  const stored = isElsewhere ? undefined : raw;
  if (stored && stored.end - stored.begin !== expected)
    return fail(
      `${name} (${dtype}, ${show(shape)}) takes ${expected} bytes, ${stored.end - stored.begin} are there`,
    );
  const tooLarge = (value: bigint) => fail(`${name} holds ${value}, which does not fit into 32 bits`);
  const read = async (): Promise<Numbers> => {
    if (isElsewhere) return fail(`${name} lies in a file of its own, which is not read`);
    if (!isReadable(dtype)) return fail(unreadable(name, dtype));
    if (stored) return readNumbers(dtype, await source.read(stored.begin, stored.end), tooLarge);
    const count = sizeOf(shape);
    const { values, found } = listed
      ? await reader.varints(listed.begin, listed.end, count)
      : { values: new BigInt64Array(0), found: 0 };
    if (found !== count) return fail(`${name} (${show(shape)}) takes ${count} values, ${found} are there`);
    return fromWhole(dtype, values, tooLarge);
  };
  return { name, array: { shape, dtype, read } };
}

const longestName = 1 << 16;

/** Values that ONNX wrote one by one as whole numbers: halves by their bits, all others by their value. */
function fromWhole(dtype: ElementName, values: BigInt64Array, tooLarge: (value: bigint) => never): Numbers {
  if (dtype === "F16" || dtype === "BF16")
    return readNumbers(dtype, new Uint8Array(Uint16Array.from(values, Number).buffer), tooLarge);
  if (dtype === "U8" || dtype === "BOOL") return Uint8Array.from(values, Number);
  return readNumbers("I64", new Uint8Array(values.buffer), tooLarge);
}
