/**
 * Python's pickles, restricted: a stack machine that builds numbers, text, bytes, lists, tuples and dictionaries, and
 * calls nothing but the functions of a table. A pickle is a program; this one cannot do anything but make data.
 * Python 3 documentation, pickletools; protocols 2 to 5.
 */

import { refusal } from "./refusal.js";

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
  | object;

/** What stands behind a name such as "collections.OrderedDict". */
export class PickleFunction {
  readonly name: string;
  readonly call: (args: PickleValue[]) => PickleValue;
  constructor(name: string, call: (args: PickleValue[]) => PickleValue) {
    this.name = name;
    this.call = call;
  }
}

export interface PickleRules {
  /** The functions that may be named and called, by module and name: "collections.OrderedDict". */
  readonly functions: { readonly [name: string]: (args: PickleValue[]) => PickleValue };
  /** What a persistent id stands for; without it there may be none. */
  readonly persistent?: (id: PickleValue) => PickleValue;
  /** Gives an object that `functions` made its state; what is not known is refused. */
  readonly build?: (object: PickleValue, state: PickleValue) => void;
}

/** A pickle that is damaged, or asks for what is refused. */
export class PickleError extends Error {
  override readonly name = "PickleError";
}

/** More values than any file of weights lists, and few enough to hold. */
const mostValues = 10_000_000;

/**
 * Runs the pickle that begins at `start`.
 *
 * @param file  the name that errors give
 * @returns     its value, and where the pickle ends
 * @throws PickleError  one line: what it names that is refused, or where it is damaged
 */
export function unpickle(
  bytes: Uint8Array,
  file: string,
  rules: PickleRules,
  start = 0,
): { value: PickleValue; end: number } {
  return new Unpickler(bytes, file, rules, start).run();
}

const mark = Symbol("mark");
type Slot = PickleValue | typeof mark;

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #rules: PickleRules;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at: number;
  #made = 0;

  constructor(bytes: Uint8Array, file: string, rules: PickleRules, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.#rules = rules;
    this.#at = start;
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
      step(this);
      if (++this.#made > mostValues) this.#fail(`the pickle takes more than ${mostValues} steps`);
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

  u8 = () => this.#view.getUint8(this.#take(1));
  u16 = () => this.#view.getUint16(this.#take(2), true);
  i32 = () => this.#view.getInt32(this.#take(4), true);
  u32 = () => this.#view.getUint32(this.#take(4), true);
  f64 = () => this.#view.getFloat64(this.#take(8));
  length64 = () => Number(this.#view.getBigUint64(this.#take(8), true));
  bytes = (length: number) => this.#bytes.slice(this.#take(length), this.#at);
  text = (length: number) => new TextDecoder().decode(this.bytes(length));
  /** Text of Python 2, whose bytes are what they are. */
  latin = (length: number) => Array.from(this.bytes(length), (byte) => String.fromCharCode(byte)).join("");

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) this.#fail(`cut short: its pickle breaks off at byte ${this.#bytes.length}`);
    const text = this.text(end - this.#at);
    this.#at++;
    return text;
  }

  /** A whole number of two's complement, the lowest byte first. */
  long(length: number): number | bigint {
    if (length < 0 || length > 16) this.#fail(`its pickle holds a number of ${length} bytes`);
    let value = 0n;
    const bytes = this.bytes(length);
    bytes.forEach((byte, i) => {
      value |= BigInt(byte) << BigInt(8 * i);
    });
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
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
    const values = this.#stack.splice(at);
    return values.slice(1) as PickleValue[];
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
    if (!Array.isArray(list)) this.#damaged();
    for (const value of values) list.push(value);
  }

  setItems(pairs: PickleValue[]): void {
    const map = this.top();
    if (!(map instanceof Map) || pairs.length % 2 === 1) this.#damaged();
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  }

  find(module: PickleValue, name: PickleValue): void {
    const full = `${module}.${name}`;
    const { functions } = this.#rules;
    if (typeof module !== "string" || typeof name !== "string" || !Object.hasOwn(functions, full))
      this.#fail(
        `names ${shortened(full)}, which is refused: of a pickle only tensors, numbers, text, lists and dictionaries are read`,
      );
    this.push(new PickleFunction(full, functions[full]));
  }

  call(): void {
    const [made, args] = this.last(2);
    if (!(made instanceof PickleFunction) || !Array.isArray(args)) this.#damaged();
    this.push(made.call(args));
  }

  persistent(): void {
    if (!this.#rules.persistent) this.#fail("its pickle refers to data outside of it");
    this.push(this.#rules.persistent!(this.#pop()));
  }

  build(): void {
    const state = this.#pop();
    if (!this.#rules.build) this.#damaged();
    this.#rules.build(this.top(), state);
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
  [0x42, (p) => p.push(p.bytes(p.u32()))], // BINBYTES
  [0x43, (p) => p.push(p.bytes(p.u8()))], // SHORT_BINBYTES
  [0x8e, (p) => p.push(p.bytes(p.length64()))], // BINBYTES8
  [0x5d, (p) => p.push([])], // EMPTY_LIST
  [0x6c, (p) => p.push(p.toMark())], // LIST
  [0x61, (p) => p.append(p.last(1))], // APPEND
  [0x65, (p) => p.append(p.toMark())], // APPENDS
  [0x29, (p) => p.push([])], // EMPTY_TUPLE
  [0x74, (p) => p.push(p.toMark())], // TUPLE
  [0x85, (p) => p.push(p.last(1))], // TUPLE1
  [0x86, (p) => p.push(p.last(2))], // TUPLE2
  [0x87, (p) => p.push(p.last(3))], // TUPLE3
  [0x7d, (p) => p.push(new Map())], // EMPTY_DICT
  [0x73, (p) => p.setItems(p.last(2))], // SETITEM
  [0x75, (p) => p.setItems(p.toMark())], // SETITEMS
  [0x71, (p) => p.remember(p.u8())], // BINPUT
  [0x72, (p) => p.remember(p.u32())], // LONG_BINPUT
  [0x94, (p) => p.remember()], // MEMOIZE
  [0x68, (p) => p.recall(p.u8())], // BINGET
  [0x6a, (p) => p.recall(p.u32())], // LONG_BINGET
  [0x63, (p) => p.find(p.line(), p.line())], // GLOBAL
  [0x93, (p) => p.find(...(p.last(2) as [PickleValue, PickleValue]))], // STACK_GLOBAL
  [0x52, (p) => p.call()], // REDUCE
  [0x81, (p) => p.call()], // NEWOBJ
  [0x51, (p) => p.persistent()], // BINPERSID
  [0x62, (p) => p.build()], // BUILD
]);

const shortened = (text: string) => (text.length <= 80 ? text : `${text.slice(0, 80)}…`);
