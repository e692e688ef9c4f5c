/**
 * The wire format of protocol buffers, as far as a reader needs it that looks for a few fields in a large message:
 * a message is a row of fields, each a tag (number · 8 + kind) and its value. Values of length-delimited fields are
 * not read but pointed at. https://protobuf.dev/programming-guides/encoding
 */
import type { ByteSource } from "./byte-source.js";

/** A message that is damaged. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** A field of a message: a number, or the place of its bytes. */
export type Field =
  | { readonly number: number; readonly kind: "number"; readonly value: bigint }
  | { readonly number: number; readonly kind: "bytes"; readonly begin: number; readonly end: number };

/** Reads ahead, so that small fields do not each ask the file. */
export class WireReader {
  readonly #source: ByteSource;
  #window = new Uint8Array(0);
  #start = 0;
  #fieldsLeft = mostFields;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The fields of the message that lies at begin ≤ i < end. */
  async *fields(begin: number, end: number): AsyncGenerator<Field, void, void> {
    let at = begin;
    while (at < end) {
      if (this.#fieldsLeft-- <= 0)
        throw new WireError(`${this.#source.name}: has more than ${mostFields} fields`);
      const tag = await this.#varint(at, end);
      at = tag.end;
      const number = Number(tag.value >> 3n);
      switch (Number(tag.value & 7n)) {
        case 0: {
          const { value, end: next } = await this.#varint(at, end);
          at = next;
          yield { number, kind: "number", value };
          break;
        }
        case 1:
        case 5: {
          const length = (tag.value & 7n) === 1n ? 8 : 4;
          this.#check(at + length <= end);
          yield { number, kind: "bytes", begin: at, end: at + length };
          at += length;
          break;
        }
        case 2: {
          const { value, end: start } = await this.#varint(at, end);
          this.#check(value <= BigInt(end - start));
          at = start + Number(value);
          yield { number, kind: "bytes", begin: start, end: at };
          break;
        }
        default:
          this.#check(false);
      }
    }
  }

  /** Whole numbers one behind the other, as a packed field has them; at most so many are kept, and all counted. */
  async varints(begin: number, end: number, most: number): Promise<{ values: BigInt64Array; found: number }> {
    const values = new BigInt64Array(Math.min(most, end - begin));
    const halves = new Uint32Array(values.buffer);
    let [low, high, shift, found] = [0, 0, 0, 0];
    for (let start = begin; start < end; start += ahead) {
      for (const byte of await this.#source.read(start, Math.min(start + ahead, end))) {
        const bits = byte & 0x7f;
        if (shift < 32) low |= bits << shift;
        if (shift === 28) high |= bits >> 4;
        if (shift > 28) high |= bits << (shift - 32);
        shift += 7;
        if (byte >= 0x80) this.#check(shift < 70);
        else {
          halves[2 * found] = low;
          halves[2 * found + 1] = high;
          [low, high, shift] = [0, 0, 0];
          found++;
        }
      }
    }
    this.#check(shift === 0);
    return { values, found };
  }

  /** 7 bits a byte, the lowest first; the last byte has its highest bit clear. */
  async #varint(begin: number, end: number): Promise<{ value: bigint; end: number }> {
    const length = Math.min(10, end - begin);
    if (begin < this.#start || begin + length > this.#start + this.#window.length) {
      this.#start = begin;
      this.#window = await this.#source.read(begin, Math.min(begin + ahead, this.#source.size));
    }
    let value = 0n;
    for (let i = 0; i < length; i++) {
      const byte = this.#window[begin - this.#start + i];
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return { value, end: begin + i + 1 };
    }
    throw this.#damaged();
  }

  #check(holds: boolean): void {
    if (!holds) throw this.#damaged();
  }

  #damaged = () => new WireError(`${this.#source.name}: damaged, or cut short: its fields do not add up`);
}

const ahead = 1 << 16;

/** The graph of a network has thousands. */
const mostFields = 1_000_000;
