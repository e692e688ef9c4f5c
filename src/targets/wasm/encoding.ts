/** The binary format of WebAssembly modules: W3C WebAssembly Core Specification 2.0, section 5, and SIMD opcodes. */

/** A growing run of bytes. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #used = 0;

  get length(): number {
    return this.#used;
  }

  byte(value: number): void {
    if (this.#used === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#used++] = value;
  }

  append(other: Uint8Array): void {
    if (this.#used + other.length > this.#bytes.length) this.#grow(other.length);
    this.#bytes.set(other, this.#used);
    this.#used += other.length;
  }

  /** LEB128, unsigned. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** LEB128, signed, of a 32-bit integer. */
  signed(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  /** A name of ASCII letters: TextEncoder is missing where jsdom plays the browser. */
  text(value: string): void {
    this.unsigned(value.length);
    for (const letter of value) this.byte(letter.charCodeAt(0));
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#used);
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + by));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}

export const i32 = 0x7f;
export const i64 = 0x7e;
export const v128 = 0x7b;
export const f64 = 0x7c;

/** A function from elsewhere, or by its name for others. All parameters are i32. */
export interface NamedFunction {
  readonly name: string;
  readonly parameters: number;
  /** The type that it returns. Left out: nothing. */
  readonly answers?: number;
}

/** A function of a module, which exports it: its body holds the local declarations and the code. */
export interface WasmFunction extends NamedFunction {
  readonly body: Uint8Array;
}

/** Where the module's memory comes from. */
export interface MemoryImport {
  readonly shared: boolean;
  readonly maximumPages: number;
}

/** A module that imports one memory ("memory" of "engine"), and functions from there, which come first. */
export function encodeModule(
  functions: readonly WasmFunction[],
  memory: MemoryImport,
  imported: readonly NamedFunction[] = [],
): Uint8Array<ArrayBuffer> {
  const module = new ByteWriter();
  for (const b of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) module.byte(b);
  const isLike = (a: NamedFunction) => (b: NamedFunction) =>
    a.parameters === b.parameters && a.answers === b.answers;
  const all = [...imported, ...functions];
  const signatures = all.filter((f, i) => all.findIndex(isLike(f)) === i);
  const typeOf = (f: NamedFunction): number => signatures.findIndex(isLike(f));
  section(module, 1, signatures, (s, { parameters, answers }) => {
    s.byte(0x60);
    s.unsigned(parameters);
    for (let p = 0; p < parameters; p++) s.byte(i32);
    s.byte(answers ? 1 : 0);
    if (answers) s.byte(answers);
  });
  section(module, 2, [memory, ...imported], (s, from) => {
    s.text("engine");
    if ("name" in from) {
      s.text(from.name);
      s.byte(0);
      s.unsigned(typeOf(from));
      return;
    }
    s.text("memory");
    s.byte(2);
    s.byte(from.shared ? 3 : 0);
    s.unsigned(1);
    if (from.shared) s.unsigned(from.maximumPages);
  });
  section(module, 3, functions, (s, f) => s.unsigned(typeOf(f)));
  section(module, 7, functions, (s, f) => {
    s.text(f.name);
    s.byte(0);
    s.unsigned(all.indexOf(f));
  });
  section(module, 10, functions, (s, f) => {
    s.unsigned(f.body.length);
    s.append(f.body);
  });
  return module.finish();
}

function section<T>(
  module: ByteWriter,
  id: number,
  items: readonly T[],
  write: (s: ByteWriter, item: T) => void,
): void {
  const body = new ByteWriter();
  body.unsigned(items.length);
  for (const item of items) write(body, item);
  module.byte(id);
  module.unsigned(body.length);
  module.append(body.finish());
}
