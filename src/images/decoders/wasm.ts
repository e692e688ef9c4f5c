/** Decoders that are WebAssembly modules of packages: loaded with the first picture, dropped where one has failed. */
import { readFile } from "node:fs/promises";
import { packageFile } from "../../platform/node-packages.js";

/** What every one of these modules exports. */
export interface Codec {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(place: number): void;
  _initialize?(): void;
}

/** The C program has given up by `longjmp` or `abort`. */
export class CodecAbort extends Error {}

const giveUp = () => {
  throw new CodecAbort();
};

/** None of the modules reads a file or the environment; `setjmp` is told that it has come here for the first time. */
const imports = {
  env: { setjmp: () => 0, longjmp: giveUp },
  wasi_snapshot_preview1: {
    environ_sizes_get: () => 0,
    environ_get: () => 0,
    proc_exit: giveUp,
    fd_close: giveUp,
    fd_seek: giveUp,
    fd_write: giveUp,
  },
};

/** An instance that has grown beyond so many bytes is dropped after the picture: WebAssembly's memory never shrinks. */
const mostKept = 2 ** 26;

/** @param file  of the package, such as "@cwasm/webp/webp.wasm" */
export function codec<C extends Codec>(file: string) {
  let module: Promise<WebAssembly.Module> | undefined;
  let kept: C | undefined;
  const instance = async (): Promise<C> => {
    module ??= readFile(packageFile(file)).then((bytes) => WebAssembly.compile(bytes));
    const made = (await WebAssembly.instantiate(await module, imports)).exports as unknown as C;
    made._initialize?.();
    return made;
  };
  /** Hands the file to `work`, which gives back what it has allocated; whatever it throws costs the instance. */
  return async <R>(bytes: Uint8Array, work: (codec: C, place: number) => R): Promise<R> => {
    const one = kept ?? (await instance());
    kept = undefined;
    const place = one.malloc(bytes.length);
    if (place === 0) throw new CodecAbort();
    new Uint8Array(one.memory.buffer).set(bytes, place);
    const result = work(one, place);
    one.free(place);
    if (one.memory.buffer.byteLength <= mostKept) kept = one;
    return result;
  };
}
