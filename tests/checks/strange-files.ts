/**
 * Files that are well formed, and say what no program writes: metadata with a value of another kind in one place,
 * pickles whose instructions fit together at random, chunks with true sums around damaged contents. Mutated bytes
 * seldom get so far.
 */
import { deflateSync, inflateSync } from "node:zlib";
import { crc32 } from "../../src/formats/zip.js";
import type { RandomStream } from "../../src/random/threefry.js";
import {
  type Bytes,
  bytesField,
  dictionaryOf,
  dictionaryWithin,
  joined,
  laughs,
  little,
  numberField,
  onnxOf,
  pickled,
  repeated,
  tensorOf,
  text,
  torchLegacy,
  torchZip,
  zipOf,
} from "./file-writers.js";
import { mutated } from "./mutations.js";

const pick = <T>(random: RandomStream, list: readonly T[]): T => list[random.integer(list.length)];

const oddNumbers = [-1, 0, 1, 2, 1.5, 7, 100_000, 2 ** 24 + 1, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 1, 1e308];
/** Whole ones, which pickles and messages can hold. */
const oddCounts = oddNumbers.filter(Number.isSafeInteger);
const oddTexts = [
  "",
  "x",
  "1",
  "1e9",
  "__proto__",
  "constructor",
  "toString",
  "sequential",
  "a\nb",
  "\u0000",
];
const oddValues: readonly unknown[] = [
  ...oddNumbers,
  ...oddTexts,
  ...[
    null,
    true,
    false,
    [],
    {},
    [null],
    [[]],
    [-1],
    [2 ** 53 - 1, 0],
    [2 ** 31, 2 ** 31],
    [1, 2, 3, 4, 5, 6, 7],
  ],
  ...[Array(40).fill(1), { length: 3 }, { toString: 1 }, { toJSON: 1 }, { type: "toString" }],
];

/** A JSON value of which one place or two hold something else, are gone, or hold what another place holds. */
export function strangeJson(random: RandomStream, value: unknown): unknown {
  const copy = structuredClone(value);
  type Holder = Record<string, unknown>;
  const places: [Holder, string][] = [];
  const walk = (holder: unknown): void => {
    if (typeof holder !== "object" || holder === null) return;
    for (const key of Object.keys(holder)) {
      places.push([holder as Holder, key]);
      walk((holder as Holder)[key]);
    }
  };
  walk(copy);
  if (places.length === 0) return structuredClone(pick(random, oddValues));
  for (let changes = 1 + random.integer(2); changes > 0; changes--) {
    const [holder, key] = pick(random, places);
    const how = random.integer(5);
    if (how < 3) holder[key] = structuredClone(pick(random, oddValues));
    else if (how === 3 && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (how === 3) delete holder[key];
    else {
      const [other, name] = pick(random, places);
      holder[key] = structuredClone(other[name]);
    }
  }
  return copy;
}

/** The same as text, which now and then is no JSON, or very deep. */
export function strangeJsonText(random: RandomStream, value: unknown): string {
  const how = random.integer(20);
  if (how === 0) return "[".repeat(1 + random.integer(30_000));
  if (how === 1) return `${JSON.stringify(value)}}`;
  return JSON.stringify(strangeJson(random, value)) ?? "undefined";
}

const int = (random: RandomStream) => pickled.long(pick(random, oddCounts));
const counts = (random: RandomStream) =>
  Array.from({ length: random.integer(6) }, () => pick(random, oddCounts));

/** Instructions that leave one value, be it a number or a list of dictionaries of strangers. */
function pickledValue(random: RandomStream, depth = 0): Bytes {
  const part = () => pickledValue(random, depth + 1);
  const parts = () => Array.from({ length: random.integer(4) }, part);
  const simple: readonly (() => Bytes)[] = [
    () => int(random),
    () => pickled.text(pick(random, oddTexts)),
    () => Uint8Array.from(pick(random, [[0x4e], [0x88], [0x89], [0x5d], [0x29], [0x7d]])),
    () =>
      joined(
        Uint8Array.of(0x47),
        new Uint8Array(8).map(() => random.integer(256)),
      ),
    () => joined(Uint8Array.of(0x43, 3), Uint8Array.of(1, 2, 3)),
    () => tensorOf({ shape: counts(random), strides: counts(random), length: pick(random, oddCounts) }),
    () => laughs(1 + random.integer(40)),
  ];
  const compound: readonly (() => Bytes)[] = [
    () => joined(pickled.mark, ...parts(), pickled.list),
    () => joined(pickled.mark, ...parts(), pickled.tuple),
    () => joined(pickled.dictionary, pickled.mark, part(), part(), pickled.setItems),
    () => tensorOf({ key: part(), type: pick(random, storages), length: pick(random, [0, 6, 7]) }),
    () =>
      joined(pickled.global(...pick(random, names)), pickled.mark, ...parts(), pickled.tuple, pickled.reduce),
    () => joined(pickled.global(...pick(random, names)), part(), pickled.reduce),
    () => joined(part(), part(), Uint8Array.of(0x62)),
    () => joined(part(), part(), Uint8Array.of(0x81)),
    () => joined(pickled.text("torch"), part(), pickled.stackGlobal),
    () => joined(pickled.mark, ...parts(), pickled.tuple, pickled.persistentId),
    () => joined(part(), Uint8Array.of(0x94)),
    () => joined(part(), pickled.put(random.integer(4))),
    () => pickled.get(random.integer(4)),
  ];
  return pick(random, depth < 4 && random.integer(3) > 0 ? compound : simple)();
}

const storages = ["FloatStorage", "LongStorage", "BoolStorage", "ComplexFloatStorage", "toString", "Untyped"];
const names: readonly [string, string][] = [
  ["collections", "OrderedDict"],
  ["torch._utils", "_rebuild_tensor_v2"],
  ["torch._utils", "_rebuild_parameter"],
  ["torch", "FloatStorage"],
  ["torch", "Size"],
  ["torch", "device"],
  ["argparse", "Namespace"],
  ["numpy.core.multiarray", "_reconstruct"],
  ["numpy.core.multiarray", "scalar"],
  ["numpy", "ndarray"],
  ["numpy", "dtype"],
  ["_codecs", "encode"],
  ["__builtin__", "bytes"],
  ["os", "system"],
  ["toString", "constructor"],
];

/** A pickle of a dictionary, or of anything. */
export function strangePickle(random: RandomStream): Bytes {
  if (random.integer(4) === 0) return joined(pickled.proto, pickledValue(random), pickled.stop);
  const pairs = Array.from({ length: 1 + random.integer(3) }, (_, i): [string, Uint8Array] => [
    pick(random, ["a", `b${i}`, "state_dict", ...oddTexts]),
    pickledValue(random),
  ]);
  if (random.integer(3) > 0) pairs.push(["a", tensorOf()]);
  return random.integer(4) > 0
    ? dictionaryOf(pairs)
    : dictionaryOf([[pick(random, ["state_dict", "model"]), dictionaryWithin(pairs)]]);
}

export const strangeTorchZip = (random: RandomStream): Bytes =>
  torchZip(strangePickle(random), {
    data: new Uint8Array(pick(random, [0, 24, 25, 48])),
    deflate: random.integer(2) === 0,
  });

export const strangeTorchLegacy = (random: RandomStream): Bytes =>
  random.integer(2) === 0
    ? torchLegacy(pickledValue(random))
    : torchLegacy(pickled.text("0"), strangePickle(random));

/** A batch of CIFAR's Python version with something else in one of its places. */
export function strangeBatch(random: RandomStream): Bytes {
  const array = (shape: Bytes, type: Bytes, content: Bytes) =>
    joined(
      ...[pickled.global("numpy.core.multiarray", "_reconstruct"), pickled.mark],
      ...[pickled.global("numpy", "ndarray"), pickled.mark, pickled.int(0), pickled.tuple, pickled.text("b")],
      ...[pickled.tuple, pickled.reduce],
      ...[pickled.mark, pickled.int(1), shape, type, Uint8Array.of(0x89), content, pickled.tuple],
      Uint8Array.of(0x62),
    );
  const or = (value: Bytes) => (random.integer(4) === 0 ? pickledValue(random) : value);
  const tuple = (...parts: Bytes[]) => joined(pickled.mark, ...parts, pickled.tuple);
  const shape = tuple(or(pickled.int(1)), or(pickled.int(3072)));
  const type = joined(pickled.global("numpy", "dtype"), tuple(or(pickled.text("u1"))), pickled.reduce);
  const content = joined(Uint8Array.of(0x42), little(3072, 4), new Uint8Array(3072));
  const labels = joined(pickled.mark, or(pickled.int(random.integer(12))), pickled.list);
  return dictionaryOf([
    ["data", or(array(or(shape), or(type), or(content)))],
    ["labels", or(labels)],
  ]);
}

/** A model of one initialiser whose fields say anything. */
export function strangeOnnx(random: RandomStream): Bytes {
  const field = (): Bytes => {
    const number = pick(random, [1, 2, 4, 5, 7, 8, 9, 10, 13, 14, 0, 500_000_000]);
    return random.integer(2) === 0
      ? numberField(number, pick(random, oddCounts))
      : bytesField(
          number,
          pick(random, [new Uint8Array(0), text("w"), new Uint8Array(24), repeated(little(255, 1), 11)]),
        );
  };
  const tensor = [numberField(1, 2), numberField(1, 3), numberField(2, 1), bytesField(8, text("w"))];
  tensor.push(bytesField(9, new Uint8Array(24)));
  for (let changes = 1 + random.integer(3); changes > 0; changes--)
    tensor[random.integer(tensor.length)] = field();
  return onnxOf(joined(...tensor));
}

/** An archive whose directory says something else than is there. */
export const strangeZip = (random: RandomStream): Bytes =>
  zipOf(
    Array.from({ length: random.integer(4) }, (_, i) => ({
      name: pick(random, [`a${i}`, "a", "../a", "", "__proto__", "a/"]),
      data: new Uint8Array(random.integer(300)),
      deflate: random.integer(2) === 0,
      says: {
        method: pick(random, [undefined, undefined, 0, 8, 9, 99]),
        size: pick(random, [undefined, undefined, 0, 0xffffffff, 0x7fffffff, random.integer(1000)]),
        extra: pick(random, [undefined, undefined, joined(little(1, 2), little(8, 2), little(2n ** 63n, 8))]),
      },
    })),
  );

/** A PNG of which the content of one chunk is damaged, packed again and with a true sum. */
export function strangePng(random: RandomStream, original: Uint8Array): Bytes {
  const view = new DataView(original.buffer, original.byteOffset, original.length);
  const chunks: { type: string; content: Uint8Array }[] = [];
  for (let at = 8; at + 12 <= original.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...original.subarray(at + 4, at + 8));
    chunks.push({ type, content: original.subarray(at + 8, at + 8 + view.getUint32(at)) });
  }
  const hit = random.integer(chunks.length);
  const big = (n: number) => little(n, 4).reverse();
  const written = chunks.flatMap(({ type, content }, i) => {
    if (i !== hit) return [{ type, content }];
    const isPacked = type === "IDAT" && random.integer(2) === 0;
    const plain = new Uint8Array(isPacked ? inflateSync(content) : content);
    const { bytes } = mutated(plain, random);
    const other = { type, content: isPacked ? deflateSync(bytes) : bytes };
    return random.integer(8) === 0 ? [other, { type, content }] : [other];
  });
  return joined(
    original.subarray(0, 8),
    ...written.flatMap(({ type, content }) => {
      const body = joined(text(type), content);
      return [big(content.length), body, big(crc32(body))];
    }),
  );
}
