/** Small writers of zip archives, pickles and messages of protocol buffers that may say anything, true or not. */
import { crc32, deflateRawSync } from "node:zlib";

export type Bytes = Uint8Array<ArrayBuffer>;

export const joined = (...parts: Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts));
export const text = (s: string): Bytes => new Uint8Array(new TextEncoder().encode(s));
export const repeated = (piece: Uint8Array, times: number): Bytes => {
  const bytes = new Uint8Array(piece.length * times);
  for (let i = 0; i < times; i++) bytes.set(piece, i * piece.length);
  return bytes;
};

/** A whole number, the lowest byte first. */
export const little = (n: number | bigint, width: number): Bytes => {
  const value = BigInt.asUintN(8 * width, BigInt(n));
  return Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
};

export interface WrittenEntry {
  name: string;
  data: Uint8Array;
  deflate?: boolean;
  /** What the directory says instead of the truth. */
  says?: { method?: number; size?: number; extra?: Uint8Array };
}

export function zipOf(entries: readonly WrittenEntry[]): Bytes {
  const parts: Uint8Array[] = [];
  const listed: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, deflate, says = {} } of entries) {
    const packed = deflate ? deflateRawSync(data, { level: 9 }) : data;
    const method = says.method ?? (deflate ? 8 : 0);
    const sums = [little(crc32(data), 4), little(packed.length, 4), little(says.size ?? data.length, 4)];
    const extra = says.extra ?? new Uint8Array(0);
    const names = little(name.length, 2);
    const version = [little(20, 2), little(0, 2), little(method, 2), little(0, 4)];
    parts.push(little(0x04034b50, 4), ...version, ...sums, names, little(0, 2), text(name), packed);
    listed.push(
      ...[little(0x02014b50, 4), little(20, 2), ...version, ...sums, names, little(extra.length, 2)],
      ...[little(0, 10), little(at, 4), text(name), extra],
    );
    at += 30 + name.length + packed.length;
  }
  const directory = joined(...listed);
  const counts = [little(entries.length, 2), little(entries.length, 2)];
  const end = [
    little(0x06054b50, 4),
    little(0, 4),
    ...counts,
    little(directory.length, 4),
    little(at, 4),
    little(0, 2),
  ];
  return joined(...parts, directory, ...end);
}

/** The instructions of pickles that these files need, by pickletools' names. */
export const pickled = {
  proto: Uint8Array.of(0x80, 2),
  stop: Uint8Array.of(0x2e),
  mark: Uint8Array.of(0x28),
  pop: Uint8Array.of(0x30),
  tuple: Uint8Array.of(0x74),
  list: Uint8Array.of(0x6c),
  dictionary: Uint8Array.of(0x7d),
  emptyTuple: Uint8Array.of(0x29),
  setItems: Uint8Array.of(0x75),
  reduce: Uint8Array.of(0x52),
  stackGlobal: Uint8Array.of(0x93),
  persistentId: Uint8Array.of(0x51),
  int: (n: number) => joined(Uint8Array.of(0x4a), little(n, 4)),
  long: (n: number) => joined(Uint8Array.of(0x8a, 8), little(n, 8)),
  text: (s: string) => joined(Uint8Array.of(0x58), little(text(s).length, 4), text(s)),
  global: (module: string, name: string) => text(`c${module}\n${name}\n`),
  put: (n: number) => joined(Uint8Array.of(0x72), little(n, 4)),
  get: (n: number) => joined(Uint8Array.of(0x6a), little(n, 4)),
};

/** A list of two lists that are one, of two that are one, and so on: small to write, endless to spell out. */
export function laughs(depth: number): Bytes {
  const { mark, list, put, get, pop } = pickled;
  const parts = [mark, pickled.text("ha"), list, put(1000)];
  for (let d = 1; d <= depth; d++) parts.push(pop, mark, get(999 + d), get(999 + d), list, put(1000 + d));
  return joined(...parts);
}

export interface WrittenTensor {
  key?: Uint8Array;
  type?: string;
  length?: number;
  shape?: readonly number[];
  strides?: readonly number[];
}

/** A tensor as torch.save pickles it. */
export function tensorOf({
  key,
  type = "FloatStorage",
  length = 6,
  shape = [2, 3],
  strides = [3, 1],
}: WrittenTensor = {}): Bytes {
  const { mark, tuple, persistentId, reduce, emptyTuple } = pickled;
  const numbers = (list: readonly number[]) => joined(mark, ...list.map(pickled.long), tuple);
  const place = [key ?? pickled.text("0"), pickled.text("cpu"), pickled.long(length)];
  const storage = joined(
    mark,
    pickled.text("storage"),
    pickled.global("torch", type),
    ...place,
    tuple,
    persistentId,
  );
  return joined(
    ...[pickled.global("torch._utils", "_rebuild_tensor_v2"), mark, storage, pickled.long(0)],
    ...[numbers(shape), numbers(strides), Uint8Array.of(0x89)],
    ...[pickled.global("collections", "OrderedDict"), emptyTuple, reduce, tuple, reduce],
  );
}

/** A dictionary, as the whole of a pickle. */
export const dictionaryOf = (pairs: readonly (readonly [string, Uint8Array])[]): Bytes =>
  joined(pickled.proto, dictionaryWithin(pairs), pickled.stop);

export const dictionaryWithin = (pairs: readonly (readonly [string, Uint8Array])[]): Bytes =>
  joined(
    ...[pickled.dictionary, pickled.mark],
    ...pairs.flatMap(([name, value]) => [pickled.text(name), value]),
    pickled.setItems,
  );

/** What torch.save writes: a pickle, and the numbers of storage 0. */
export const torchZip = (
  pickle: Uint8Array,
  { data = new Uint8Array(24), deflate = false, more = [] as WrittenEntry[] } = {},
): Bytes =>
  zipOf([
    { name: "archive/data.pkl", data: pickle, deflate },
    { name: "archive/data/0", data, deflate },
    ...more,
    { name: "archive/version", data: text("3\n") },
  ]);

/** What torch.save wrote before version 1.6, with these keys of storages. */
export const torchLegacy = (
  keys: Uint8Array,
  pickle: Uint8Array = dictionaryOf([["a", tensorOf()]]),
): Bytes => {
  const { proto, stop, mark, list, dictionary } = pickled;
  const magic = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
  return joined(
    ...[Uint8Array.from(magic), proto, pickled.int(1001), stop, proto, dictionary, stop, pickle],
    ...[proto, mark, keys, list, stop, little(6, 8), new Uint8Array(24)],
  );
};

export function safetensorsOf(header: string, data = new Uint8Array(0)): Bytes {
  const bytes = text(header);
  return joined(little(bytes.length, 8), bytes, data);
}

export function varint(n: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(n));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...bytes, Number(rest));
}

/** Fields of a message of protocol buffers. */
export const numberField = (field: number, n: number | bigint): Bytes =>
  joined(varint(field << 3), varint(n));
export const bytesField = (field: number, bytes: Uint8Array): Bytes =>
  joined(varint((field << 3) | 2), varint(bytes.length), bytes);

/** An ONNX model of these initialisers. */
export const onnxOf = (...initialisers: Uint8Array[]): Bytes =>
  joined(numberField(1, 8), bytesField(7, joined(...initialisers.map((tensor) => bytesField(5, tensor)))));
