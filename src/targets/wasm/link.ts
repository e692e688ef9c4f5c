/**
 * A program as one WebAssembly module: its kernels, and `run`, which calls them in order. Every thread runs the
 * same list and takes its share of each launch; a barrier stands between launches that depend on each other.
 */

import type { MachineLaunch } from "../machine.js";
import { kernelParameters } from "./emitter.js";
import { ByteWriter, encodeModule, i32, type MemoryImport, type WasmFunction } from "./encoding.js";

/** Parameters of `run`: the program's argument blocks, this thread's number, how many threads, the barrier's words. */
export const runParameters = 4;
const [blocks, thread, threads, barrier] = [0, 1, 2, 3];

export function linkModule(
  kernels: readonly Uint8Array[],
  launches: readonly MachineLaunch[],
  memory: MemoryImport,
): Uint8Array<ArrayBuffer> {
  const functions: WasmFunction[] = kernels.map((body) => ({ parameters: kernelParameters, body }));
  const barrierFunction = functions.length;
  if (memory.shared) functions.push({ parameters: 2, body: barrierBody() });
  functions.push({
    parameters: runParameters,
    body: runBody(launches, memory.shared ? barrierFunction : null),
  });
  return encodeModule(functions, memory);
}

function runBody(launches: readonly MachineLaunch[], barrierFunction: number | null): Uint8Array {
  const w = new ByteWriter();
  w.unsigned(0);
  launches.forEach((launch, index) => {
    const next = launches[index + 1];
    if (launch.solo) {
      get(w, thread);
      w.byte(0x45); // i32.eqz
      w.byte(0x04);
      w.byte(0x40);
    }
    get(w, blocks);
    constant(w, launch.arguments);
    w.byte(0x6a);
    if (launch.solo) {
      constant(w, 0);
      constant(w, launch.items);
    } else {
      share(w, launch.items, 0);
      share(w, launch.items, 1);
    }
    w.byte(0x10);
    w.unsigned(launch.kernel);
    if (launch.solo) w.byte(0x0b);
    if (barrierFunction !== null && next && !(launch.solo && next.solo)) {
      get(w, barrier);
      get(w, threads);
      w.byte(0x10);
      w.unsigned(barrierFunction);
    }
  });
  w.byte(0x0b);
  return w.finish();
}

/** ⌊items · (thread + plus) / threads⌋, in 64 bits. */
function share(w: ByteWriter, items: number, plus: number): void {
  get(w, thread);
  if (plus) {
    constant(w, plus);
    w.byte(0x6a);
  }
  w.byte(0xad); // i64.extend_i32_u
  w.byte(0x42);
  w.signed(items);
  w.byte(0x7e); // i64.mul
  get(w, threads);
  w.byte(0xad);
  w.byte(0x80); // i64.div_u
  w.byte(0xa7); // i32.wrap_i64
}

/**
 * A barrier that spins for a while and then sleeps. Generation counting: the last to arrive opens the next
 * generation (Mellor-Crummey, Scott: ACM TOCS 9(1), 1991, section 3, the centralized barrier).
 */
function barrierBody(): Uint8Array {
  const w = new ByteWriter();
  const [address, count, generation, spins] = [0, 1, 2, 3];
  w.unsigned(1);
  w.unsigned(2);
  w.byte(i32);
  const atomic = (code: number, offset: number): void => {
    w.byte(0xfe);
    w.unsigned(code);
    w.byte(2);
    w.unsigned(offset);
  };
  const [notify, wait, load, store, add] = [0x00, 0x01, 0x10, 0x17, 0x1e];
  // One thread alone passes.
  get(w, count);
  constant(w, 1);
  w.byte(0x46);
  w.byte(0x04);
  w.byte(0x40);
  w.byte(0x0f);
  w.byte(0x0b);
  get(w, address);
  atomic(load, 4);
  set(w, generation);
  get(w, address);
  constant(w, 1);
  atomic(add, 0);
  constant(w, 1);
  w.byte(0x6a);
  get(w, count);
  w.byte(0x46);
  w.byte(0x04);
  w.byte(0x40);
  get(w, address);
  constant(w, 0);
  atomic(store, 0);
  get(w, address);
  get(w, generation);
  constant(w, 1);
  w.byte(0x6a);
  atomic(store, 4);
  // Waking is a call into the engine: only where somebody sleeps.
  get(w, address);
  atomic(load, 8);
  w.byte(0x04);
  w.byte(0x40);
  get(w, address);
  constant(w, -1);
  atomic(notify, 4);
  w.byte(0x1a);
  w.byte(0x0b);
  w.byte(0x05);
  w.byte(0x03); // loop
  w.byte(0x40);
  get(w, address);
  atomic(load, 4);
  get(w, generation);
  w.byte(0x47);
  w.byte(0x04);
  w.byte(0x40);
  w.byte(0x0f);
  w.byte(0x0b);
  get(w, spins);
  constant(w, 1);
  w.byte(0x6a);
  w.byte(0x22);
  w.unsigned(spins);
  constant(w, 20000);
  w.byte(0x48);
  w.byte(0x0d);
  w.unsigned(0);
  // Sleep until the generation changes.
  get(w, address);
  constant(w, 1);
  atomic(add, 8);
  w.byte(0x1a);
  get(w, address);
  get(w, generation);
  w.byte(0x42);
  w.signed(-1);
  atomic(wait, 4);
  w.byte(0x1a);
  get(w, address);
  constant(w, -1);
  atomic(add, 8);
  w.byte(0x1a);
  w.byte(0x0c);
  w.unsigned(0);
  w.byte(0x0b);
  w.byte(0x0b);
  w.byte(0x0b);
  return w.finish();
}

function get(w: ByteWriter, local: number): void {
  w.byte(0x20);
  w.unsigned(local);
}

function set(w: ByteWriter, local: number): void {
  w.byte(0x21);
  w.unsigned(local);
}

function constant(w: ByteWriter, value: number): void {
  w.byte(0x41);
  w.signed(value);
}
