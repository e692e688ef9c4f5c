/**
 * PyTorch's files of weights (.pth, .pt), as torch.save(model.state_dict()) writes them: a zip archive of one pickle
 * and the raw numbers of every storage; before version 1.6 a row of pickles with the numbers behind them. Of the pickle
 * tensors, storages and dictionaries are read; anything else never runs, and is passed over by its name.
 */
import { optionsOf } from "../door/options.js";
import type { ArrayFile, StoredArray } from "./array-file.js";
import { Budget, type BudgetOptions, reading } from "./budget.js";
import type { ByteSource } from "./byte-source.js";
import {
  bytesOf,
  elementBytes,
  isCounts,
  isReadable,
  type Numbers,
  readNumbers,
  type StoredName,
  show,
  sizeOf,
  unreadable,
} from "./elements.js";
import {
  PickleError,
  PickleFunction,
  type PickleRules,
  type PickleValue,
  refusedName,
  Stranger,
  unpickle,
} from "./pickle.js";
import { type Fail, refusal } from "./refusal.js";
import { findState } from "./torch-state.js";
import { utf8Text } from "./utf8.js";
import { quoted, withoutWrapping } from "./wrapped-names.js";
import { readZip, type ZipEntry } from "./zip.js";

/** A file that is none of PyTorch's, or whose tensors are not what their storages hold. */
export class TorchError extends Error {
  override readonly name = "TorchError";
}

/**
 * The tensors of a state dictionary by name, none of them read yet. A checkpoint that keeps it under "state_dict",
 * "model", "net" and such is understood, and so are names that all begin with "module." and such; remarks say what was
 * taken and what was passed over. Tensors of types that are not read are listed.
 *
 * @throws TorchError, ZipError or PickleError  one line with the file: damaged, no tensors, or what it names that is
 *     refused
 */
export async function openTorch(source: ByteSource, options: BudgetOptions = {}): Promise<ArrayFile> {
  optionsOf("openTorch", options, reading);
  const fail = refusal(TorchError, source.name);
  const first = await source.read(0, Math.min(4, source.size));
  const { value, storages } =
    first[0] === 0x50 && first[1] === 0x4b
      ? await fromZip(source, fail, options)
      : await fromPickles(source, fail, options);
  const { tensors, remarks } = tensorsOf(value, source.name, fail);
  const arrays = new Map<string, StoredArray>();
  const budget = new Budget(source.size, fail, options);
  for (const [name, tensor] of tensors) {
    const { shape, type, storage } = tensor;
    checkInside(name, tensor, fail);
    // Many views of one storage can show more numbers than any memory holds.
    budget.take(bytesOf(type, sizeOf(shape)), `${name} (${show(shape)}), with the tensors before it,`);
    arrays.set(name, {
      shape,
      dtype: type,
      read: async () => numbersOf(name, tensor, storages(storage), fail),
    });
  }
  return withoutWrapping({ name: source.name, arrays, metadata: {}, remarks });
}

/** A row of numbers that tensors are views of. */
class Storage {
  constructor(
    readonly type: StoredName,
    readonly key: string,
    readonly length: number,
  ) {}
}

class TorchTensor {
  constructor(
    /** Of its numbers; a storage without a type has bytes. */
    readonly type: StoredName,
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** Reads the bytes begin ≤ i < end of a storage. */
type StorageReader = (begin: number, end: number) => Promise<Uint8Array>;

interface Opened {
  value: PickleValue;
  storages: (storage: Storage) => StorageReader;
}

async function fromZip(source: ByteSource, fail: Fail, options: BudgetOptions): Promise<Opened> {
  const entries = await readZip(source, options);
  const pickle = [...entries.values()].find(({ name }) => name.endsWith("/data.pkl"));
  if (!pickle) return fail("a zip archive, but none of PyTorch's: it has no data.pkl");
  const root = pickle.name.slice(0, -"data.pkl".length);
  const order = entries.get(`${root}byteorder`);
  if (order && order.size > "little\n".length)
    return fail(`its byteorder has ${order.size} bytes, expected "little"`);
  if (order && utf8Text(await order.read()).trim() !== "little")
    return fail("was written on a machine of the other byte order");
  if (pickle.size > longestPickle)
    return fail(`its data.pkl has ${pickle.size} bytes; at most ${longestPickle} are allowed`);
  const budget = new Budget(pickle.packed, fail, options);
  const { value } = unpickle(await pickle.read(), source.name, rulesFor(fail), { budget });
  return {
    value,
    storages({ key, type, length }) {
      const entry: ZipEntry | undefined = entries.get(`${root}data/${key}`);
      if (!entry) return fail(`cut short: it has no ${root}data/${key}`);
      if (entry.size < bytesOf(type, length))
        return fail(
          `${entry.name} has ${entry.size} bytes, its ${length} numbers take ${bytesOf(type, length)}`,
        );
      return entry.readPart;
    },
  };
}

/** A pickle of names and shapes is far shorter. */
const longestPickle = 64 * 2 ** 20;

/** What torch.save wrote before version 1.6: magic number, protocol, system, value, keys of storages; then those. */
async function fromPickles(source: ByteSource, fail: Fail, options: BudgetOptions): Promise<Opened> {
  const head = await source.read(0, Math.min(source.size, longestPickle));
  if (!legacyMagic.every((byte, i) => head[i] === byte))
    return fail("not a file of PyTorch's: neither a zip archive nor one of its pickles");
  const rules = rulesFor(fail);
  const budget = new Budget(head.length, fail, options);
  let at = 0;
  const next = () => {
    const { value, end } = unpickle(head, source.name, rules, { start: at, budget });
    at = end;
    return value;
  };
  next(); // the magic number
  if (next() !== 1001) return fail("is of a protocol that PyTorch never had");
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false)
    return fail("was written on a machine of the other byte order");
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) return fail("its list of storages is damaged");
  const starts = new Map<string, number>();
  const known = rules.storages;
  for (const key of keys) {
    const storage = typeof key === "string" ? known.get(key) : undefined;
    if (!storage) return fail("its list of storages is damaged");
    if (at + 8 > source.size) return fail("cut short: the numbers of its tensors are missing");
    const count = await source.read(at, at + 8);
    if (new DataView(count.buffer, count.byteOffset, 8).getBigInt64(0, true) !== BigInt(storage.length))
      return fail(
        `storage ${storage.key} does not have the ${storage.length} numbers that the tensors expect`,
      );
    starts.set(storage.key, at + 8);
    at += 8 + bytesOf(storage.type, storage.length);
  }
  if (at > source.size) return fail("cut short: the numbers of its tensors are missing");
  return {
    value,
    storages({ key }) {
      const start = starts.get(key);
      if (start === undefined) return fail(`cut short: it has no storage ${key}`);
      return (begin, end) => source.read(start + begin, start + end);
    },
  };
}

/** A pickle of 0x1950a86a20f9469cfc6c. */
const legacyMagic = [
  0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
];

const storageTypes: { readonly [name: string]: StoredName } = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
  "torch.ComplexDoubleStorage": "C128",
  "torch.ComplexFloatStorage": "C64",
  "torch.storage.UntypedStorage": "U8",
};

/** Types that have no storage of their own: their tensors are views of one without a type. */
const viewTypes: { readonly [name: string]: StoredName } = {
  "torch.uint16": "U16",
  "torch.uint32": "U32",
  "torch.uint64": "U64",
  "torch.complex32": "C32",
  "torch.float8_e4m3fn": "F8_E4M3",
  "torch.float8_e5m2": "F8_E5M2",
  "torch.float8_e8m0fnu": "F8_E8M0",
  "torch.float8_e4m3fnuz": "F8_E4M3FNUZ",
  "torch.float8_e5m2fnuz": "F8_E5M2FNUZ",
};

/** What a state dictionary is made of, and the storages that it turned out to name. */
function rulesFor(fail: Fail): PickleRules & { storages: ReadonlyMap<string, Storage> } {
  const storages = new Map<string, Storage>();
  const tensor = ([storage, offset, shape, strides]: PickleValue[], type?: StoredName) => {
    // A storage of a type that is passed over, such as a quantised one.
    if (storage instanceof Stranger) return storage;
    if (!(storage instanceof Storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides))
      return fail("a tensor in it is damaged");
    if (shape.length !== strides.length) return fail("a tensor in it is damaged");
    return new TorchTensor(type ?? storage.type, storage, offset, shape, strides);
  };
  return {
    storages,
    passesOver: true,
    functions: {
      "collections.OrderedDict": ([pairs = []], charge) => dictionaryOf(pairs, charge, fail),
      "torch._utils._rebuild_tensor_v2": (args) => tensor(args),
      "torch._utils._rebuild_tensor": (args) => tensor(args),
      "torch._utils._rebuild_tensor_v3": (args) => {
        const type = args[6] instanceof Stranger ? args[6].of : "";
        return Object.hasOwn(viewTypes, type)
          ? tensor(args, viewTypes[type])
          : new Stranger(type || "a tensor");
      },
      "torch._utils._rebuild_parameter": ([data]) => data ?? fail("a tensor in it is damaged"),
      "torch._utils._rebuild_parameter_with_state": ([data]) => data ?? fail("a tensor in it is damaged"),
      "torch.Size": ([sides]) => sides ?? fail("a tensor in it is damaged"),
      "_codecs.encode": () => new Stranger("bytes"),
      ...Object.fromEntries(
        Object.entries(storageTypes).map(([name, type]) => [name, () => fail(`calls ${name} (${type})`)]),
      ),
    },
    persistent(id) {
      const [kind, type, key, , length] = Array.isArray(id) ? id : [];
      if (kind !== "storage" || typeof key !== "string" || !isCount(length))
        return fail("a storage in it is damaged");
      if (type instanceof Stranger) return type;
      if (!(type instanceof PickleFunction) || !Object.hasOwn(storageTypes, type.name))
        return fail("a storage in it is damaged");
      const storage = storages.get(key) ?? new Storage(storageTypes[type.name], key, length);
      if (storage.type !== storageTypes[type.name] || storage.length !== length)
        return fail(`storage ${storage.key} is of two kinds or two lengths`);
      storages.set(key, storage);
      return storage;
    },
    // torch.nn hangs the versions of its modules on the dictionary; what else has a state is not looked into.
    build() {},
  };
}

function dictionaryOf(
  pairs: PickleValue,
  charge: (bytes: number) => void,
  fail: Fail,
): Map<PickleValue, PickleValue> {
  if (!Array.isArray(pairs)) return fail("a dictionary in it is damaged");
  charge(50 * pairs.length);
  if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    return fail("a dictionary in it is damaged");
  return new Map(pairs as [PickleValue, PickleValue][]);
}

/** The tensors of the dictionary that is meant, and what is to be said of the choice. */
function tensorsOf(
  value: PickleValue,
  file: string,
  fail: Fail,
): { tensors: Map<string, TorchTensor>; remarks: string[] } {
  const { state, path, beside, passedOver } = findState(value, (value) => value instanceof TorchTensor);
  if (!state) {
    const stranger = value instanceof Stranger ? value : strangerIn(value);
    if (stranger) return refusal(PickleError, file)(refusedName(stranger.of));
    return fail(
      beside.length > 1
        ? `holds several dictionaries of tensors: ${listed(beside)}; save model.state_dict() of one`
        : "holds no dictionary of tensors; save model.state_dict()",
    );
  }
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of state)
    if (typeof name === "string" && tensor instanceof TorchTensor) tensors.set(name, tensor);
  const remarks: string[] = [];
  if (path.length > 0)
    remarks.push(
      `took the weights under ${quoted([path.join(".")])}${beside.length > 0 ? `, not those under ${listed(beside.map((name) => `"${name}"`))}` : ""}`,
    );
  if (passedOver.length > 0) remarks.push(`passed over ${listed(passedOver)}`);
  return { tensors, remarks };
}

/** The first thing of a dictionary that is of an unknown class. */
const strangerIn = (value: PickleValue): Stranger | undefined =>
  value instanceof Map
    ? [...value.values()].find((part): part is Stranger => part instanceof Stranger)
    : undefined;

const listed = (names: readonly string[]): string =>
  names.length <= 10 ? names.join(", ") : `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`;

function checkInside(name: string, { type, storage, offset, shape, strides }: TorchTensor, fail: Fail): void {
  const count = sizeOf(shape);
  if (count === 0) return;
  const last = shape.reduce((at, size, axis) => at + (size - 1) * strides[axis], offset);
  const room = Math.floor(bytesOf(storage.type, storage.length) / bytesOf(type, 1));
  if (last >= room || count > room)
    fail(`${name} (${show(shape)}) reaches beyond its storage of ${room} numbers`);
}

async function numbersOf(
  name: string,
  { type, offset, shape, strides }: TorchTensor,
  read: StorageReader,
  fail: Fail,
): Promise<Numbers> {
  if (!isReadable(type)) return fail(unreadable(name, type));
  const count = sizeOf(shape);
  const tooLarge = (value: bigint) => fail(`${name} holds ${value}, which does not fit into 32 bits`);
  if (count === 0) return readNumbers(type, new Uint8Array(0), tooLarge);
  const end = 1 + shape.reduce((at, size, axis) => at + (size - 1) * strides[axis], offset);
  const width = elementBytes[type];
  const numbers = readNumbers(type, await read(offset * width, end * width), tooLarge);
  if (isRowMajor(shape, strides)) return numbers;
  // A view may show a number more than once, and so have more of them than were read.
  const ordered =
    numbers.length < count ? new (numbers.constructor as NumbersOf)(count) : numbers.slice(0, count);
  const index = new Int32Array(shape.length);
  for (let i = 0, from = 0; i < count; i++) {
    ordered[i] = numbers[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return ordered;
}

type NumbersOf = new (length: number) => Numbers;

/** Whether elements lie one behind the other; the stride of an axis of length 1 does not matter. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
