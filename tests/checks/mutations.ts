/** Damaged copies of a file, the same ones in every run. */
import { RandomStream } from "../../src/random/threefry.js";

export interface Mutation {
  bytes: Uint8Array<ArrayBuffer>;
  /** What was done, for the message of a failing test. */
  what: string;
}

/** Whole numbers that programs stumble over. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

type Change = (bytes: Uint8Array<ArrayBuffer>, random: RandomStream) => Uint8Array<ArrayBuffer>;

const changes: { readonly [name: string]: Change } = {
  "flip bits": (bytes, random) => {
    for (let i = random.integer(4); i >= 0; i--)
      bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
    return bytes;
  },
  "random bytes": (bytes, random) => {
    for (let i = random.integer(8); i >= 0; i--) bytes[random.integer(bytes.length)] = random.integer(256);
    return bytes;
  },
  "cut short": (bytes, random) => bytes.slice(0, random.integer(bytes.length)),
  "an edge number": (bytes, random) => {
    const at = random.integer(Math.max(1, bytes.length - 8));
    const value = BigInt(edges[random.integer(edges.length)]);
    const width = [1, 2, 4, 8][random.integer(4)];
    for (let i = 0; i < width; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
    return bytes;
  },
  "a part twice": (bytes, random) => {
    const [at, length] = [random.integer(bytes.length), 1 + random.integer(64)];
    return Uint8Array.of(...bytes.slice(0, at + length), ...bytes.slice(at));
  },
  "a part gone": (bytes, random) => {
    const [at, length] = [random.integer(bytes.length), 1 + random.integer(16)];
    return Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + length));
  },
  "another digit": (bytes, random) => {
    const digits = [...bytes.keys()].filter((i) => bytes[i] >= 0x30 && bytes[i] <= 0x39);
    if (digits.length > 0) bytes[digits[random.integer(digits.length)]] = 0x30 + random.integer(10);
    return bytes;
  },
};

const names = Object.keys(changes);

/** A damaged copy; what is done to it is drawn, too, if it is not given. */
export function mutated(
  original: Uint8Array,
  random: RandomStream,
  name = names[random.integer(names.length)],
): { bytes: Uint8Array<ArrayBuffer>; name: string } {
  const copy = new Uint8Array(original);
  return { bytes: copy.length === 0 ? copy : changes[name](copy, random), name };
}

export function* mutations(
  original: Uint8Array,
  { count, seed }: { count: number; seed: number },
): Generator<Mutation, void, void> {
  for (let i = 0; i < count; i++) {
    const { bytes, name } = mutated(original, new RandomStream(seed, 0, i), names[i % names.length]);
    yield { bytes, what: `mutation ${i} (${name})` };
  }
}
