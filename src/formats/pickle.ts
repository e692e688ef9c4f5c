/**
 * Python's pickles, restricted: a stack machine that builds numbers, text, bytes, lists, tuples and dictionaries, and
 * calls nothing but the functions of a table. A pickle is a program; this one cannot do anything but make data.
 * Lists may share their parts, and so be endless to spell out: nothing here turns a value into text.
 * Python 3 documentation, pickletools; protocols 2 to 5.
 */

import { Budget } from "./budget.js";
import { refusal } from "./refusal.js";
import { utf8Text } from "./utf8.js";

/** What a pickle can hold here. Dictionaries are maps; what the table's functions give is any value. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleFunction
  | Stranger
  | object;

/** Something of a class that is not in the table: nothing is made of it, and what is done to it is passed over. */
export class Stranger {
  /** @param of  the class by its whole name: "argparse.Namespace" */
  constructor(readonly of: string) {}
}

/**
 * A function of the table. A pickle can call it as often as it likes, for three bytes a call: what it copies it must
 * ask for first, by `charge`, in bytes.
 */
export type PickleCall = (args: PickleValue[], charge: (bytes: number) => void) => PickleValue;

/** What stands behind a name such as "collections.OrderedDict". */
export class PickleFunction {
  constructor(
    readonly name: string,
    readonly call: PickleCall,
  ) {}
}

export interface PickleRules {
  /** The functions that may be named and called, by module and name: "collections.OrderedDict". */
  readonly functions: { readonly [name: string]: PickleCall };
  /** What a persistent id stands for; without it there may be none. */
  readonly persistent?: (id: PickleValue) => PickleValue;
  /** Gives an object that `functions` made its state; what is not known is refused. */
  readonly build?: (object: PickleValue, state: PickleValue, charge: (bytes: number) => void) => void;
  /** Whether what is not in the table becomes a `Stranger`; without this the whole pickle is refused. */
  readonly passesOver?: boolean;
}

/** A pickle that is damaged, or asks for what is refused. */
export class PickleError extends Error {
  override readonly name = "PickleError";
}

/** What a value takes of memory, in bytes: measured, with its place on the stack or in a list. */
const cost = { step: 24, list: 56, dictionary: 240 }; // an array of bytes is as large as a dictionary

/** Longer whole numbers than any program keeps beside weights. */
const longestNumber = 1024;

/**
 * Runs the pickle that begins at `start`.
 *
 * @param file    the name that errors give
 * @param budget  what it may take of memory; of the pickle's own length if left out
 * @returns       its value, and where the pickle ends
 * @throws PickleError  one line: what it names that is refused, or where it is damaged
 */
export function unpickle(
  bytes: Uint8Array,
  file: string,
  rules: PickleRules,
  { start = 0, budget }: { start?: number; budget?: Budget } = {},
): { value: PickleValue; end: number } {
  const taken = budget ?? new Budget(bytes.length, refusal(PickleError, file));
  return new Unpickler(bytes, file, rules, start, taken).run();
}

/** What a refused pickle names: its function or class must not run, and nothing else can say what it would be. */
export const refusedName = (name: string): string =>
  `names ${shortened(name)}, which is refused: of a pickle only tensors, numbers, text, lists and dictionaries are read`;

const mark = Symbol("mark");
type Slot = PickleValue | typeof mark;

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #rules: PickleRules;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #budget: Budget;
  #at: number;

  constructor(bytes: Uint8Array, file: string, rules: PickleRules, start: number, budget: Budget) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.#rules = rules;
    this.#at = start;
    this.#budget = budget;
  }

  run(): { value: PickleValue; end: number } {
    for (;;) {
      const place = this.#at;
      const code = this.#view.getUint8(this.#take(1));
      if (code === stop) return { value: this.#pop(), end: this.#at };
      const step = steps.get(code);
      if (!step)
        return this.#fail(
          `pickle instruction 0x${code.toString(16).padStart(2, "0")} at byte ${place} is not one that data needs`,
        );
      this.#charge(cost.step);
      step(this);
    }
  }

  #fail(message: string): never {
    return refusal(PickleError, this.#file)(message);
  }

  /** Where the next bytes lie, which are read by this. */
  #take(length: number): number {
    const at = this.#at;
    if (!(length <= this.#bytes.length - at)) this.#fail(`cut short: its pickle breaks off at byte ${at}`);
    this.#at += length;
    return at;
  }

  readonly #charge = (bytes: number): void => {
    if (bytes > this.#budget.left) this.#budget.refuse("its pickle makes more and more values");
    this.#budget.take(bytes, "its pickle");
  };

  u8 = () => this.#view.getUint8(this.#take(1));
  u16 = () => this.#view.getUint16(this.#take(2), true);
  i32 = () => this.#view.getInt32(this.#take(4), true);
  u32 = () => this.#view.getUint32(this.#take(4), true);
  f64 = () => this.#view.getFloat64(this.#take(8));
  length64 = () => Number(this.#view.getBigUint64(this.#take(8), true));
  bytes = (length: number) => this.#bytes.slice(this.#take(length), this.#at);
  text = (length: number) => utf8Text(this.bytes(length));
  /** Text of Python 2, whose bytes are what they are. */
  latin = (length: number) => {
    const bytes = this.bytes(length);
    let text = "";
    for (let at = 0; at < length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return text;
  };

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) this.#fail(`cut short: its pickle breaks off at byte ${this.#bytes.length}`);
    const text = this.text(end - this.#at);
    this.#at++;
    return text;
  }

  /** A whole number of two's complement, the lowest byte first. */
  long(length: number): number | bigint {
    if (length < 0 || length > longestNumber) this.#fail(`its pickle holds a number of ${length} bytes`);
    const digits = Array.from(this.bytes(length), (byte) => byte.toString(16).padStart(2, "0")).reverse();
    const value = BigInt.asIntN(8 * length, BigInt(`0x0${digits.join("")}`));
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pushList(values: PickleValue[]): void {
    this.#charge(cost.list);
    this.push(values);
  }

  pushBytes(length: number): void {
    this.#charge(cost.dictionary);
    this.push(this.bytes(length));
  }

  pushDictionary(pairs: PickleValue[] = []): void {
    this.#charge(cost.dictionary);
    this.push(new Map());
    this.setItems(pairs);
  }

  pushSet(values: PickleValue[] = []): void {
    this.#charge(cost.dictionary);
    this.push(new Set(values));
  }

  setMark(): void {
    this.#stack.push(mark);
  }

  #damaged(): never {
    return this.#fail(`its pickle is damaged at byte ${this.#at - 1}`);
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) return this.#damaged();
    return value as PickleValue;
  }

  pop = () => void this.#pop();
  top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === mark) return this.#damaged();
    return value as PickleValue;
  }

  take = () => this.#pop();

  /** All that lies above the last mark, which goes too. */
  toMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) return this.#damaged();
    const values = this.#stack.slice(at + 1);
    this.#stack.length = at;
    return values as PickleValue[];
  }

  last(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) this.#damaged();
    this.push(this.#memo.get(index)!);
  }

  append(values: PickleValue[]): void {
    const list = this.top();
    if (list instanceof Stranger) return;
    if (!Array.isArray(list)) this.#damaged();
    for (const value of values) list.push(value);
  }

  addToSet(values: PickleValue[]): void {
    const set = this.top();
    if (set instanceof Stranger) return;
    if (!(set instanceof Set)) this.#damaged();
    for (const value of values) set.add(value);
  }

  setItems(pairs: PickleValue[]): void {
    const map = this.top();
    if (pairs.length % 2 === 1) this.#damaged();
    if (map instanceof Stranger) return;
    if (!(map instanceof Map)) this.#damaged();
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  }

  find(module: PickleValue, name: PickleValue): void {
    if (typeof module !== "string" || typeof name !== "string") this.#damaged();
    const full = `${module}.${name}`;
    const { functions, passesOver } = this.#rules;
    this.#charge(cost.list);
    if (Object.hasOwn(functions, full)) this.push(new PickleFunction(full, functions[full]));
    else if (passesOver) this.push(new Stranger(full));
    else this.#fail(refusedName(full));
  }

  call([made, args]: PickleValue[]): void {
    if (made instanceof Stranger) {
      this.push(new Stranger(made.of));
      return;
    }
    if (!(made instanceof PickleFunction) || !Array.isArray(args)) this.#damaged();
    this.#charge(cost.dictionary);
    this.push(made.call(args, this.#charge));
  }

  /** OBJ: the class lies below its arguments. */
  callMarked([made, ...args]: PickleValue[]): void {
    this.call([made ?? null, args]);
  }

  persistent(): void {
    if (!this.#rules.persistent) this.#fail("its pickle refers to data outside of it");
    this.push(this.#rules.persistent!(this.#pop()));
  }

  build(): void {
    const state = this.#pop();
    if (this.top() instanceof Stranger) return;
    if (!this.#rules.build) this.#damaged();
    this.#rules.build(this.top(), state, this.#charge);
  }
}

const stop = 0x2e;

/** The instructions by their letters, as pickletools calls them. */
const steps: ReadonlyMap<number, (p: Unpickler) => void> = new Map<number, (p: Unpickler) => void>([
  [0x80, (p) => void p.u8()], // PROTO
  [0x95, (p) => void p.length64()], // FRAME
  [0x28, (p) => p.setMark()], // MARK
  [0x30, (p) => p.pop()], // POP
  [0x31, (p) => void p.toMark()], // POP_MARK
  [0x4e, (p) => p.push(null)], // NONE
  [0x88, (p) => p.push(true)], // NEWTRUE
  [0x89, (p) => p.push(false)], // NEWFALSE
  [0x4a, (p) => p.push(p.i32())], // BININT
  [0x4b, (p) => p.push(p.u8())], // BININT1
  [0x4d, (p) => p.push(p.u16())], // BININT2
  [0x8a, (p) => p.push(p.long(p.u8()))], // LONG1
  [0x8b, (p) => p.push(p.long(p.i32()))], // LONG4
  [0x47, (p) => p.push(p.f64())], // BINFLOAT
  [0x58, (p) => p.push(p.text(p.u32()))], // BINUNICODE
  [0x8c, (p) => p.push(p.text(p.u8()))], // SHORT_BINUNICODE
  [0x8d, (p) => p.push(p.text(p.length64()))], // BINUNICODE8
  [0x54, (p) => p.push(p.latin(p.u32()))], // BINSTRING
  [0x55, (p) => p.push(p.latin(p.u8()))], // SHORT_BINSTRING
  [0x42, (p) => p.pushBytes(p.u32())], // BINBYTES
  [0x43, (p) => p.pushBytes(p.u8())], // SHORT_BINBYTES
  [0x8e, (p) => p.pushBytes(p.length64())], // BINBYTES8
  [0x96, (p) => p.pushBytes(p.length64())], // BYTEARRAY8
  [0x5d, (p) => p.pushList([])], // EMPTY_LIST
  [0x6c, (p) => p.pushList(p.toMark())], // LIST
  [0x61, (p) => p.append(p.last(1))], // APPEND
  [0x65, (p) => p.append(p.toMark())], // APPENDS
  [0x29, (p) => p.pushList([])], // EMPTY_TUPLE
  [0x74, (p) => p.pushList(p.toMark())], // TUPLE
  [0x85, (p) => p.pushList(p.last(1))], // TUPLE1
  [0x86, (p) => p.pushList(p.last(2))], // TUPLE2
  [0x87, (p) => p.pushList(p.last(3))], // TUPLE3
  [0x7d, (p) => p.pushDictionary()], // EMPTY_DICT
  [0x73, (p) => p.setItems(p.last(2))], // SETITEM
  [0x75, (p) => p.setItems(p.toMark())], // SETITEMS
  [0x64, (p) => p.pushDictionary(p.toMark())], // DICT
  [0x8f, (p) => p.pushSet()], // EMPTY_SET
  [0x90, (p) => p.addToSet(p.toMark())], // ADDITEMS
  [0x91, (p) => p.pushSet(p.toMark())], // FROZENSET
  [0x32, (p) => p.push(p.top())], // DUP
  [0x71, (p) => p.remember(p.u8())], // BINPUT
  [0x72, (p) => p.remember(p.u32())], // LONG_BINPUT
  [0x94, (p) => p.remember()], // MEMOIZE
  [0x68, (p) => p.recall(p.u8())], // BINGET
  [0x6a, (p) => p.recall(p.u32())], // LONG_BINGET
  [0x63, (p) => p.find(p.line(), p.line())], // GLOBAL
  [0x93, (p) => p.find(...(p.last(2) as [PickleValue, PickleValue]))], // STACK_GLOBAL
  [0x52, (p) => p.call(p.last(2))], // REDUCE
  [0x81, (p) => p.call(p.last(2))], // NEWOBJ
  [0x92, (p) => p.call(p.last(3))], // NEWOBJ_EX
  [0x6f, (p) => p.callMarked(p.toMark())], // OBJ
  [0x51, (p) => p.persistent()], // BINPERSID
  [0x62, (p) => p.build()], // BUILD
]);

const shortened = (text: string) => (text.length <= 80 ? text : `${text.slice(0, 80)}…`);
