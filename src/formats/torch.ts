/**
 * PyTorch's files of weights (.pth, .pt), as torch.save(model.state_dict()) writes them: a zip archive of one pickle
 * and the raw numbers of every storage; before version 1.6 a row of pickles with the numbers behind them. The pickle
 * may name tensors, storages and dictionaries; anything else in it is refused by its name and never runs.
 */
import type { ArrayFile, StoredArray } from "./array-file.js";
import type { ByteSource } from "./byte-source.js";
import { type ElementName, elementBytes, type Numbers, readNumbers, show, sizeOf } from "./elements.js";
import { type PickleRules, type PickleValue, unpickle } from "./pickle.js";
import { type Fail, refusal } from "./refusal.js";
import { readZip, type ZipEntry } from "./zip.js";

/** A file that is none of PyTorch's, or whose tensors are not what their storages hold. */
export class TorchError extends Error {
  override readonly name = "TorchError";
}

/**
 * The tensors of a state dictionary by name, none of them read yet. A checkpoint that keeps it under "state_dict",
 * "model_state_dict" or "model" is understood, and so are names that all begin with "module.".
 *
 * @throws TorchError, ZipError or PickleError  one line with the file: damaged, no tensors, or what it names that is
 *     refused
 */
export async function openTorch(source: ByteSource): Promise<ArrayFile> {
  const fail = refusal(TorchError, source.name);
  const first = await source.read(0, Math.min(4, source.size));
  const { value, storages } =
    first[0] === 0x50 && first[1] === 0x4b ? await fromZip(source, fail) : await fromPickles(source, fail);
  const arrays = new Map<string, StoredArray>();
  for (const [name, tensor] of stateOf(value, fail)) {
    const { shape, storage } = tensor;
    checkInside(name, tensor, fail);
    arrays.set(name, {
      shape,
      dtype: storage.type,
      read: () => numbersOf(name, tensor, storages(storage), fail),
    });
  }
  return { name: source.name, arrays, metadata: {} };
}

/** A row of numbers that tensors are views of. */
class Storage {
  constructor(
    readonly type: ElementName,
    readonly key: string,
    readonly length: number,
  ) {}
}

class TorchTensor {
  constructor(
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

async function fromZip(source: ByteSource, fail: Fail): Promise<Opened> {
  const entries = await readZip(source);
  const pickle = [...entries.values()].find(({ name }) => name.endsWith("/data.pkl"));
  if (!pickle) return fail("a zip archive, but none of PyTorch's: it has no data.pkl");
  const root = pickle.name.slice(0, -"data.pkl".length);
  const order = entries.get(`${root}byteorder`);
  if (order && new TextDecoder().decode(await order.read()).trim() !== "little")
    return fail("was written on a machine of the other byte order");
  if (pickle.size > longestPickle)
    return fail(`its data.pkl has ${pickle.size} bytes; at most ${longestPickle} are allowed`);
  const { value } = unpickle(await pickle.read(), source.name, rulesFor(fail));
  return {
    value,
    storages({ key, type, length }) {
      const entry: ZipEntry | undefined = entries.get(`${root}data/${key}`);
      if (!entry) return fail(`cut short: it has no ${root}data/${key}`);
      if (entry.size < length * elementBytes[type])
        return fail(
          `${entry.name} has ${entry.size} bytes, its ${length} numbers take ${length * elementBytes[type]}`,
        );
      return entry.readPart;
    },
  };
}

/** A pickle of names and shapes is far shorter. */
const longestPickle = 64 * 2 ** 20;

/** What torch.save wrote before version 1.6: magic number, protocol, system, value, keys of storages; then those. */
async function fromPickles(source: ByteSource, fail: Fail): Promise<Opened> {
  const head = await source.read(0, Math.min(source.size, longestPickle));
  if (!legacyMagic.every((byte, i) => head[i] === byte))
    return fail("not a file of PyTorch's: neither a zip archive nor one of its pickles");
  const rules = rulesFor(fail);
  let at = 0;
  const next = () => {
    const { value, end } = unpickle(head, source.name, rules, at);
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
    const storage = known.get(String(key));
    if (!storage) return fail("its list of storages is damaged");
    if (at + 8 > source.size) return fail("cut short: the numbers of its tensors are missing");
    const count = await source.read(at, at + 8);
    if (new DataView(count.buffer, count.byteOffset, 8).getBigInt64(0, true) !== BigInt(storage.length))
      return fail(
        `storage ${storage.key} does not have the ${storage.length} numbers that the tensors expect`,
      );
    starts.set(storage.key, at + 8);
    at += 8 + storage.length * elementBytes[storage.type];
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

const storageTypes: { readonly [name: string]: ElementName } = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
};

/** What a state dictionary is made of, and the storages that it turned out to name. */
function rulesFor(fail: Fail): PickleRules & { storages: ReadonlyMap<string, Storage> } {
  const storages = new Map<string, Storage>();
  const tensor = (args: PickleValue[]) => {
    const [storage, offset, shape, strides] = args;
    if (!(storage instanceof Storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides))
      return fail("a tensor in it is damaged");
    if (shape.length !== strides.length) return fail("a tensor in it is damaged");
    return new TorchTensor(storage, offset, shape, strides);
  };
  return {
    storages,
    functions: {
      "collections.OrderedDict": ([pairs = []]) => dictionaryOf(pairs, fail),
      "torch._utils._rebuild_tensor_v2": tensor,
      "torch._utils._rebuild_tensor": tensor,
      "torch._utils._rebuild_parameter": ([data]) => data,
      "torch.Size": ([sides]) => sides,
      ...Object.fromEntries(
        Object.entries(storageTypes).map(([name, type]) => [name, () => fail(`calls ${name} (${type})`)]),
      ),
    },
    persistent(id) {
      const [kind, type, key, , length] = Array.isArray(id) ? id : [];
      const name = nameOf(type);
      if (kind !== "storage" || name === undefined || !(name in storageTypes) || !isCount(length))
        return fail("a storage in it is damaged");
      const storage = storages.get(String(key)) ?? new Storage(storageTypes[name], String(key), length);
      if (storage.type !== storageTypes[name] || storage.length !== length)
        return fail(`storage ${storage.key} is of two kinds or two lengths`);
      storages.set(storage.key, storage);
      return storage;
    },
    // torch.nn hangs the versions of its modules on the dictionary.
    build(object) {
      if (!(object instanceof Map))
        fail("something in it has a state that is refused: only dictionaries may");
    },
  };
}

function dictionaryOf(pairs: PickleValue, fail: Fail): Map<PickleValue, PickleValue> {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    return fail("a dictionary in it is damaged");
  return new Map(pairs as [PickleValue, PickleValue][]);
}

/** The tensors of the dictionary that is meant. */
function stateOf(value: PickleValue, fail: Fail): Map<string, TorchTensor> {
  if (!(value instanceof Map)) return fail("holds no dictionary of tensors; save model.state_dict()");
  const inner = ["state_dict", "model_state_dict", "model"]
    .map((key) => value.get(key))
    .find((v) => v instanceof Map);
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of (inner ?? value) as Map<PickleValue, PickleValue>)
    if (typeof name === "string" && tensor instanceof TorchTensor) tensors.set(name, tensor);
  if (tensors.size === 0) return fail("holds no dictionary of tensors; save model.state_dict()");
  const names = [...tensors.keys()];
  return names.every((name) => name.startsWith(wrapped))
    ? new Map([...tensors].map(([name, tensor]) => [name.slice(wrapped.length), tensor]))
    : tensors;
}

/** What torch.nn.DataParallel puts before every name. */
const wrapped = "module.";

function checkInside(name: string, { storage, offset, shape, strides }: TorchTensor, fail: Fail): void {
  const count = sizeOf(shape);
  if (count === 0) return;
  const last = shape.reduce((at, size, axis) => at + (size - 1) * strides[axis], offset);
  if (last >= storage.length || count > storage.length)
    fail(`${name} (${show(shape)}) reaches beyond its storage of ${storage.length} numbers`);
}

async function numbersOf(
  name: string,
  { storage: { type }, offset, shape, strides }: TorchTensor,
  read: StorageReader,
  fail: Fail,
): Promise<Numbers> {
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

const nameOf = (value: PickleValue | undefined): string | undefined =>
  typeof value === "object" && value !== null && "name" in value ? String(value.name) : undefined;

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

const isCounts = (value: PickleValue | undefined): value is number[] =>
  Array.isArray(value) && value.length <= 32 && value.every(isCount);
