/**
 * The weights of an ONNX file: the initialisers of its graph, by name. Nodes are passed over; a few fields of three
 * messages are all that is read, which takes no generated code.
 * onnx.proto: ModelProto.graph = 7, GraphProto.initializer = 5, and the fields of TensorProto.
 */
import type { ArrayFile, StoredArray } from "./array-file.js";
import type { ByteSource } from "./byte-source.js";
import { type ElementName, elementBytes, type Numbers, readNumbers, show, sizeOf } from "./elements.js";
import { WireReader } from "./protobuf-wire.js";
import { type Fail, refusal } from "./refusal.js";

/** A file that is no ONNX model, or weights in it that cannot be read. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}

const types: { readonly [type: number]: ElementName } = {
  1: "F32",
  2: "U8",
  6: "I32",
  7: "I64",
  9: "BOOL",
  10: "F16",
  11: "F64",
  16: "BF16",
};

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
 * @throws OnnxError or WireError  one line with the file: damaged, no weights, weights in another file, a type that
 *     is not read, a number of values that is not that of the shape
 */
export async function openOnnxWeights(source: ByteSource): Promise<ArrayFile> {
  const fail = refusal(OnnxError, source.name);
  const reader = new WireReader(source);
  const arrays = new Map<string, StoredArray>();
  for await (const model of reader.fields(0, source.size)) {
    if (model.number !== 7 || model.kind !== "bytes") continue;
    for await (const graph of reader.fields(model.begin, model.end)) {
      if (graph.number !== 5 || graph.kind !== "bytes") continue;
      const { name, array } = await initialiserOf(source, reader, graph, fail);
      if (arrays.has(name)) fail(`has two initialisers called ${name}`);
      arrays.set(name, array);
    }
  }
  if (arrays.size === 0) return fail("no ONNX model with weights: it has no initialisers");
  return { name: source.name, arrays, metadata: {} };
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
): Promise<{ name: string; array: StoredArray }> {
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
    if (number === tensorFields.name)
      name = new TextDecoder().decode(await source.read(field.begin, field.end));
    if (number === tensorFields.dims) {
      if (field.end - field.begin > 256) return fail("an initialiser has too many dimensions");
      shape.push(...(await reader.varints(field.begin, field.end)).map(Number));
    }
    if (number === tensorFields.raw || number === tensorFields.floats || number === tensorFields.doubles)
      raw = field;
    if (number === tensorFields.int32s || number === tensorFields.int64s) listed = field;
  }
  const dtype = types[type];
  if (dtype === undefined)
    return fail(
      `${name} holds numbers of ONNX type ${type}; ${Object.entries(types)
        .map(([n, t]) => `${n} (${t})`)
        .join(", ")} can be read`,
    );
  if (isElsewhere) return fail(`${name} lies in a file of its own, which is not read`);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    return fail(`${name} has the shape ${show(shape)}, expected whole numbers`);
  const expected = sizeOf(shape) * elementBytes[dtype];
  const stored = raw;
  if (stored && stored.end - stored.begin !== expected)
    return fail(
      `${name} (${dtype}, ${show(shape)}) takes ${expected} bytes, ${stored.end - stored.begin} are there`,
    );
  const tooLarge = (value: bigint) => fail(`${name} holds ${value}, which does not fit into 32 bits`);
  const read = async (): Promise<Numbers> => {
    if (stored) return readNumbers(dtype, await source.read(stored.begin, stored.end), tooLarge);
    const values = listed ? await reader.varints(listed.begin, listed.end) : [];
    if (values.length !== sizeOf(shape))
      return fail(`${name} (${show(shape)}) takes ${sizeOf(shape)} values, ${values.length} are there`);
    return fromWhole(dtype, values, tooLarge);
  };
  return { name, array: { shape, dtype, read } };
}

/** Values that ONNX wrote one by one as whole numbers: halves by their bits, all others by their value. */
function fromWhole(dtype: ElementName, values: bigint[], tooLarge: (value: bigint) => never): Numbers {
  if (dtype === "F16" || dtype === "BF16")
    return readNumbers(dtype, new Uint8Array(Uint16Array.from(values, Number).buffer), tooLarge);
  if (dtype === "U8" || dtype === "BOOL") return Uint8Array.from(values, Number);
  return readNumbers("I64", new Uint8Array(BigInt64Array.from(values).buffer), tooLarge);
}
