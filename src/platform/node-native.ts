/** Machine code in Node: executable memory and calls into it, through `koffi`, which is loaded at first use. */
import { totalmem } from "node:os";
import { isMainThread } from "node:worker_threads";
import { requirePackage } from "./node-packages.js";

/** Code in executable memory. */
export interface InstalledCode {
  readonly address: number;
  readonly bytes: number;
  /** Gives the memory back. Nothing may run in it any more. */
  free(): void;
}

/** A range of addresses that belongs to us, of which pages are taken as they are needed. */
export interface ReservedPages {
  readonly address: number;
  readonly bytes: number;
  /** What the system has given for it: somewhat more. */
  readonly mapped: { readonly address: number; readonly bytes: number };
  /** Makes a part readable and writable. */
  commit(offset: number, bytes: number): void;
  /** Gives the pages of a part back to the system; they read as zeros, or as before, when they are touched again. */
  discard(offset: number, bytes: number): void;
}

/**
 * How a thread that has waited for long lets others run: asleep until it is woken (Linux), or by a function of the
 * system that gives its turn away and comes back.
 */
export type Waiting = { kind: "futex" } | { kind: "yield"; address: number };

type Values = Float32Array | Int32Array | Uint8Array | BigInt64Array;

export type NativeFunction = (...parameters: number[]) => number;

export interface Native {
  readonly convention: "sysv" | "windows";
  /** The file from which a thread loads koffi: it must be this very copy. */
  readonly koffiPath: string;
  /** For barriers that have been spinning for long. */
  readonly waiting: Waiting;
  /** Copies code into memory that can then be executed and not written any more. */
  install(code: Uint8Array): InstalledCode;
  /** The function at an address, of integers of 64 bits, for this thread; others ask `openInThread`. */
  callable(address: number, parameters: number): NativeFunction;
  /** Addresses for as much memory as this machine has, at most so many bytes. */
  reserve(most: number): ReservedPages;
  copyIn(address: number, values: Values): void;
  copyOut(address: number, into: Values): void;
  copy(from: number, to: number, bytes: number): void;
  /**
   * Workers alone: has all that is taken from the system from now on given back when this thread ends, also when it is
   * terminated and runs no JavaScript any more. Not on Windows.
   * @param release  writes the code for that
   */
  releaseWithThread(
    release: (system: { unmap: number; deleteKey: number }, tableBytes: number) => Uint8Array,
  ): void;
}

export type OpenedNative = { native: Native } | { native: null; reason: string };

/** The part of koffi in use. */
interface Koffi {
  load(path: string | null): {
    func(
      name: string,
      result: string,
      parameters: readonly string[],
    ): (...values: (number | bigint | Values)[]) => number;
    symbol(name: string): unknown;
  };
  proto(result: string, parameters: readonly string[]): unknown;
  array(type: string, length: number, hint: "Typed"): unknown;
  encode(address: bigint, type: unknown, value: Uint8Array): void;
  decode(address: bigint, type: unknown): NativeFunction;
  address(value: unknown): bigint;
  errno(): number;
}

/** The system's calls for pages of memory. */
interface Pages {
  /** Readable and writable; 0 where the system has none. */
  map(bytes: number): number;
  makeExecutable(address: number, bytes: number): boolean;
  unmap(address: number, bytes: number): void;
  /** Addresses without pages; 0 where the system has not as many. */
  reserve(bytes: number): number;
  commit(address: number, bytes: number): boolean;
  discard(address: number, bytes: number): void;
  copyIn(address: number, values: Values, bytes: number): void;
  copyOut(into: Values, address: number, bytes: number): void;
  copy(from: number, to: number, bytes: number): void;
  readonly waiting: Waiting;
  /** Has a function called with a value when this thread ends, and writes its key where the value points to. */
  atThreadEnd?(callback: number, value: number): void;
  readonly system?: { unmap: number; deleteKey: number };
}

const pageBytes = 4096;
/** What a huge page holds on x64. */
const hugeBytes = 2 ** 21;

/**
 * What a worker needs to call code that another thread has installed. Handed to the worker as its source text:
 * it may use nothing from outside itself.
 */
export function openInThread(
  require: (path: string) => unknown,
  koffiPath: string,
): (address: number, parameters: number) => NativeFunction {
  const koffi = require(koffiPath) as Koffi;
  // koffi 3.3 gives a thread its stack for calls when it opens a library; a call to an address before that crashes.
  koffi.load(process.platform === "win32" ? "kernel32.dll" : null);
  const prototypes = new Map<number, unknown>();
  return (address, parameters) => {
    let prototype = prototypes.get(parameters);
    if (!prototype) {
      prototype = koffi.proto("int64_t", new Array(parameters).fill("int64_t"));
      prototypes.set(parameters, prototype);
    }
    return koffi.decode(BigInt(address), prototype);
  };
}

let opened: OpenedNative | null = null;

/** Native code on this machine, or the reason why there is none. */
export function openNative(): OpenedNative {
  opened ??= open();
  return opened;
}

function open(): OpenedNative {
  if (process.arch !== "x64") return { native: null, reason: `the processor is ${process.arch}, not x64` };
  let koffi: Koffi;
  let koffiPath: string;
  try {
    const found = requirePackage("koffi");
    koffi = found.exports as Koffi;
    koffiPath = found.path;
  } catch (error) {
    return { native: null, reason: `koffi cannot be loaded: ${firstLine(error)}` };
  }
  try {
    const native = connect(koffi, koffiPath);
    // Hardened systems refuse executable memory only when it is asked for.
    const trial = native.install(Uint8Array.of(0xb8, 42, 0, 0, 0, 0xc3)); // mov eax, 42; ret
    const answer = native.callable(trial.address, 0)();
    trial.free();
    return answer === 42 ? { native } : { native: null, reason: `a trial function returned ${answer}` };
  } catch (error) {
    return { native: null, reason: firstLine(error) };
  }
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split("\n")[0];

function connect(koffi: Koffi, koffiPath: string): Native {
  const windows = process.platform === "win32";
  const pages = windows ? windowsPages(koffi) : unixPages(koffi);
  let taken: TakenPages | null = null;
  return {
    convention: windows ? "windows" : "sysv",
    koffiPath,
    waiting: pages.waiting,
    callable: openInThread(() => koffi, koffiPath),
    install(code) {
      const bytes = Math.max(1, Math.ceil(code.length / pageBytes)) * pageBytes;
      const address = pages.map(bytes);
      koffi.encode(BigInt(address), koffi.array("uint8_t", code.length, "Typed"), code);
      if (!pages.makeExecutable(address, bytes)) {
        const number = koffi.errno();
        pages.unmap(address, bytes);
        throw new Error(`the system refuses executable memory (error ${number})`);
      }
      taken?.add(address, bytes);
      return {
        address,
        bytes,
        free() {
          taken?.remove(address);
          pages.unmap(address, bytes);
        },
      };
    },
    reserve(most) {
      const reserved = reservePages(pages, most);
      taken?.add(reserved.mapped.address, reserved.mapped.bytes);
      return reserved;
    },
    releaseWithThread(release) {
      if (isMainThread || taken || !pages.atThreadEnd) return;
      const table = pages.map(TakenPages.bytes);
      const code = this.install(release(pages.system!, TakenPages.bytes));
      pages.atThreadEnd(code.address, table);
      taken = new TakenPages(table, (address, values) => pages.copyIn(address, values, values.byteLength));
    },
    copyIn: (address, values) => pages.copyIn(address, values, values.byteLength),
    copyOut: (address, into) => pages.copyOut(into, address, into.byteLength),
    copy: (from, to, bytes) => pages.copy(from, to, bytes),
  };
}

/** What has been taken from the system, in a table that code can read when no JavaScript runs any more. */
class TakenPages {
  static readonly bytes = 4 * pageBytes;
  /** Entry 0 is the key's. */
  private readonly free = Array.from({ length: TakenPages.bytes / 16 - 1 }, (_, i) => i + 1).reverse();
  private readonly entries = new Map<number, number>();

  constructor(
    private readonly table: number,
    private readonly write: (address: number, values: BigInt64Array) => void,
  ) {}

  add(address: number, bytes: number): void {
    const entry = this.free.pop();
    if (entry === undefined) return; // then these few pages stay
    this.entries.set(address, entry);
    this.write(this.table + 16 * entry, BigInt64Array.of(BigInt(address), BigInt(bytes)));
  }

  remove(address: number): void {
    const entry = this.entries.get(address);
    if (entry === undefined) return;
    this.entries.delete(address);
    this.free.push(entry);
    this.write(this.table + 16 * entry, BigInt64Array.of(0n, 0n));
  }
}

function reservePages(pages: Pages, most: number): ReservedPages {
  // Within a container less may be allowed than the machine has; 0 or a huge number: no limit.
  const allowed = process.constrainedMemory?.() ?? 0;
  const present = Math.min(most, allowed > 0 ? Math.min(totalmem(), allowed) : totalmem());
  for (let wanted = present; ; wanted /= 2) {
    const bytes = Math.ceil(wanted / hugeBytes) * hugeBytes;
    const address = pages.reserve(bytes + hugeBytes);
    if (address === 0) {
      if (bytes < 2 ** 26) throw new Error("the system gives no addresses for memory");
      continue;
    }
    const start = Math.ceil(address / hugeBytes) * hugeBytes;
    return {
      address: start,
      bytes,
      mapped: { address, bytes: bytes + hugeBytes },
      commit(offset, count) {
        if (offset + count > bytes || !pages.commit(start + offset, count))
          throw new RangeError(`no ${count} bytes more`);
      },
      discard: (offset, count) => pages.discard(start + offset, count),
    };
  }
}

/** The whole pages within a range of addresses. */
function wholePages(address: number, bytes: number): { start: number; length: number } {
  const start = Math.ceil(address / pageBytes) * pageBytes;
  return { start, length: Math.floor((address + bytes) / pageBytes) * pageBytes - start };
}

function unixPages(koffi: Koffi): Pages {
  const library = koffi.load(null);
  const mmap = library.func("mmap", "int64_t", ["int64_t", "size_t", "int", "int", "int", "int64_t"]);
  const mprotect = library.func("mprotect", "int", ["int64_t", "size_t", "int"]);
  const munmap = library.func("munmap", "int", ["int64_t", "size_t"]);
  const advise = library.func("madvise", "int", ["int64_t", "size_t", "int"]);
  const copyIn = library.func("memcpy", "int64_t", ["int64_t", "void *", "size_t"]);
  const copyOut = library.func("memcpy", "int64_t", ["void *", "int64_t", "size_t"]);
  const copy = library.func("memcpy", "int64_t", ["int64_t", "int64_t", "size_t"]);
  const [none, read, write, execute] = [0, 1, 2, 4];
  const isPrivate = 2;
  const linux = process.platform === "linux";
  const anonymous = linux ? 0x20 : 0x1000;
  const noReserve = linux ? 0x4000 : 0x40;
  const [notNeeded, hugePages] = [4, 14];
  return {
    reserve(bytes) {
      // Without access: a system that promises no more memory than it has, and limits of data (ulimit -d), count the rest.
      const address = mmap(0, bytes, none, isPrivate | anonymous | noReserve, -1, 0);
      if (address <= 0) return 0;
      // Fewer misses of the address cache in large operands; only advice, which may be declined.
      if (linux) advise(address, bytes, hugePages);
      return address;
    },
    commit: (address, bytes) => mprotect(address, bytes, read | write) === 0,
    discard(address, bytes) {
      const { start, length } = wholePages(address, bytes);
      if (length > 0) advise(start, length, notNeeded);
    },
    copyIn: (address, values, bytes) => void copyIn(address, values, bytes),
    copyOut: (into, address, bytes) => void copyOut(into, address, bytes),
    copy: (from, to, bytes) => void copy(to, from, bytes),
    map(bytes) {
      const address = mmap(0, bytes, read | write, isPrivate | anonymous, -1, 0);
      if (address <= 0) throw new Error(`the system gives no memory for code (error ${koffi.errno()})`);
      return address;
    },
    makeExecutable: (address, bytes) => mprotect(address, bytes, read | execute) === 0,
    unmap: (address, bytes) => void munmap(address, bytes),
    atThreadEnd(callback, value) {
      const key = new BigInt64Array(1);
      const problem =
        library.func("pthread_key_create", "int", ["void *", "int64_t"])(key, callback) ||
        library.func("pthread_setspecific", "int", ["uint64_t", "int64_t"])(key[0], value);
      if (problem === 0) copyIn(value, key, key.byteLength);
    },
    system: {
      unmap: Number(koffi.address(library.symbol("munmap"))),
      deleteKey: Number(koffi.address(library.symbol("pthread_key_delete"))),
    },
    waiting: linux
      ? { kind: "futex" }
      : { kind: "yield", address: Number(koffi.address(library.symbol("sched_yield"))) },
  };
}

function windowsPages(koffi: Koffi): Pages {
  const library = koffi.load("kernel32.dll");
  const allocate = library.func("VirtualAlloc", "int64_t", ["int64_t", "size_t", "uint32_t", "uint32_t"]);
  const protect = library.func("VirtualProtect", "int", ["int64_t", "size_t", "uint32_t", "int64_t"]);
  const release = library.func("VirtualFree", "int", ["int64_t", "size_t", "uint32_t"]);
  const copyIn = library.func("RtlMoveMemory", "void", ["int64_t", "void *", "size_t"]);
  const copyOut = library.func("RtlMoveMemory", "void", ["void *", "int64_t", "size_t"]);
  const copy = library.func("RtlMoveMemory", "void", ["int64_t", "int64_t", "size_t"]);
  const [commitOnly, reserveOnly, commitAndReserve, reset] = [0x1000, 0x2000, 0x3000, 0x80000];
  const [readWrite, executeRead, releaseAll] = [0x04, 0x20, 0x8000];
  // VirtualProtect writes the former protection here and fails without such a place.
  const former = new Uint32Array(1);
  return {
    map(bytes) {
      const address = allocate(0, bytes, commitAndReserve, readWrite);
      if (address === 0) throw new Error("the system gives no memory for code");
      return address;
    },
    makeExecutable: (address, bytes) => protect(address, bytes, executeRead, koffi.address(former)) !== 0,
    unmap: (address) => void release(address, 0, releaseAll),
    reserve: (bytes) => allocate(0, bytes, reserveOnly, readWrite),
    commit: (address, bytes) => allocate(address, bytes, commitOnly, readWrite) !== 0,
    discard(address, bytes) {
      const { start, length } = wholePages(address, bytes);
      if (length > 0) allocate(start, length, reset, readWrite);
    },
    copyIn: (address, values, bytes) => void copyIn(address, values, bytes),
    copyOut: (into, address, bytes) => void copyOut(into, address, bytes),
    copy: (from, to, bytes) => void copy(to, from, bytes),
    waiting: { kind: "yield", address: Number(koffi.address(library.symbol("SwitchToThread"))) },
  };
}
