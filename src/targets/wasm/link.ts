/**
 * A program as a WebAssembly module: `run`, which calls kernels in order. They come from other modules, so that the host
 * compiles a kernel once, however many programs call it. Every thread runs the same list and takes its share of each
 * launch; a barrier stands where one needs what others have done.
 */

import { barrierWord, boundedSleep, type MachineLaunch, type Stamps } from "../machine.js";
import { kernelParameters } from "./emitter.js";
import {
  ByteWriter,
  encodeModule,
  f64,
  i32,
  i64,
  type MemoryImport,
  type NamedFunction,
  type WasmFunction,
} from "./encoding.js";

/** Parameters of `run`: the program's argument blocks, this thread's number, how many threads, the barrier's words. */
export const runParameters = 4;
const [blocks, thread, threads, barrier] = [0, 1, 2, 3];

/** @param kernels  their names, by which they come from elsewhere */
export function linkModule(
  kernels: readonly string[],
  launches: readonly MachineLaunch[],
  memory: MemoryImport,
  stamps: Stamps | null = null,
): Uint8Array<ArrayBuffer> {
  // Function 0 is the clock, where there is one.
  const imported: NamedFunction[] = stamps ? [{ name: "now", parameters: 0, answers: f64 }] : [];
  const first = imported.length;
  for (const name of kernels) imported.push({ name, parameters: kernelParameters });
  const meeting = memory.shared ? imported.length : null;
  const body = runBody(launches, { first, meeting, stamps });
  const functions: WasmFunction[] = [{ name: "run", parameters: runParameters, answers: i32, body }];
  if (memory.shared) functions.unshift({ name: "meet", parameters: 3, answers: i32, body: meetingBody() });
  return encodeModule(functions, memory, imported);
}

/**
 * @param first    the index of the first kernel
 * @param meeting  that of the barrier; null: there is one thread
 */
function runBody(
  launches: readonly MachineLaunch[],
  { first, meeting, stamps }: { first: number; meeting: number | null; stamps: Stamps | null },
): Uint8Array {
  const w = new ByteWriter();
  w.unsigned(0);
  const meet = (isMuster: number): void => {
    if (meeting === null) return;
    get(w, barrier);
    get(w, threads);
    constant(w, isMuster);
    w.byte(0x10);
    w.unsigned(meeting);
    w.byte(0x45); // i32.eqz
    when(w, () => answer(w, 0));
  };
  meet(1);
  const note = (word: number): void => {
    if (stamps) stamp(w, stamps, word);
  };
  note(0);
  launches.forEach((launch, index) => {
    if (launch.meets) meet(0);
    note(1 + 2 * index);
    const isSolo = launch.soloist !== null;
    if (launch.soloist !== null) {
      constant(w, launch.soloist);
      get(w, threads);
      w.byte(0x70); // i32.rem_u
      get(w, thread);
      w.byte(0x46); // i32.eq
      w.byte(0x04);
      w.byte(0x40);
    }
    get(w, blocks);
    constant(w, launch.arguments);
    w.byte(0x6a);
    if (isSolo) {
      constant(w, 0);
      constant(w, launch.items);
    } else {
      share(w, launch.items, 0);
      share(w, launch.items, 1);
    }
    w.byte(0x10);
    w.unsigned(first + launch.kernel);
    if (isSolo) w.byte(0x0b);
    note(2 + 2 * index);
  });
  if (meeting !== null) {
    get(w, threads);
    constant(w, 1);
    w.byte(0x47);
    when(w, () => {
      get(w, barrier);
      constant(w, 1);
      atomic(w, "add", "done");
      w.byte(0x1a);
    });
  }
  constant(w, 1);
  w.byte(0x0b);
  return w.finish();
}

/** Notes what the clock says. */
function stamp(w: ByteWriter, { offset, stride }: Stamps, word: number): void {
  get(w, blocks);
  get(w, thread);
  constant(w, stride);
  w.byte(0x6c); // i32.mul
  w.byte(0x6a);
  w.byte(0x10);
  w.unsigned(0);
  w.byte(0x39); // f64.store
  w.unsigned(3);
  w.unsigned(offset + 8 * word);
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

/** Looks at the generation before a thread sleeps. */
const spins = 20000;

/**
 * Where threads meet: they spin for a while and then sleep. Every wait of a program is here. Generation counting: the
 * last to arrive opens the next generation (Mellor-Crummey, Scott: ACM TOCS 9(1), 1991, section 3, the centralized
 * barrier). Returns 0 to a thread that must leave: it saw the stop word, or has waited for long at the muster.
 */
function meetingBody(): Uint8Array {
  const w = new ByteWriter();
  const [address, count, isMuster, generation, looks, outcome, both] = [0, 1, 2, 3, 4, 5, 6];
  w.unsigned(2);
  w.unsigned(3);
  w.byte(i32);
  w.unsigned(1);
  w.byte(i64);
  const on = (operation: keyof typeof atomics, word: keyof typeof barrierWord, value?: () => void): void => {
    get(w, address);
    value?.();
    atomic(w, operation, word);
  };
  const add = (word: keyof typeof barrierWord, n: number): void => on("add", word, () => constant(w, n));
  const leaveIfStopped = (): void => {
    on("load", "stop");
    when(w, () => answer(w, 0));
  };
  // One thread alone passes.
  get(w, count);
  constant(w, 1);
  w.byte(0x46);
  when(w, () => answer(w, 1));
  leaveIfStopped();
  on("load", "generation");
  set(w, generation);
  add("arrived", 1);
  constant(w, 1);
  w.byte(0x6a);
  get(w, count);
  w.byte(0x46);
  when(w, () => {
    on("add", "begun", () => get(w, isMuster));
    w.byte(0x1a);
    on("store", "arrived", () => constant(w, 0));
    add("generation", 1);
    w.byte(0x1a);
    // Waking is a call into the engine: only where somebody sleeps.
    on("load", "asleep");
    when(w, () => {
      on("notify", "generation", () => constant(w, -1));
      w.byte(0x1a);
    });
    answer(w, 1);
  });
  w.byte(0x03); // loop
  w.byte(0x40);
  on("load", "generation");
  get(w, generation);
  w.byte(0x47);
  when(w, () => answer(w, 1));
  get(w, looks);
  constant(w, 1);
  w.byte(0x6a);
  w.byte(0x22);
  w.unsigned(looks);
  constant(w, spins);
  w.byte(0x48);
  w.byte(0x0d);
  w.unsigned(0);
  leaveIfStopped();
  add("asleep", 1);
  w.byte(0x1a);
  on("wait", "generation", () => {
    get(w, generation);
    w.byte(0x42);
    w.signed(boundedSleep);
  });
  set(w, outcome);
  add("asleep", -1);
  w.byte(0x1a);
  get(w, isMuster);
  get(w, outcome);
  constant(w, 2); // timed out
  w.byte(0x46);
  w.byte(0x71);
  when(w, () => withdraw(w, { address, count, generation, both }));
  w.byte(0x0c);
  w.unsigned(0);
  w.byte(0x0b);
  constant(w, 1);
  w.byte(0x0b);
  return w.finish();
}

/**
 * Takes back that this thread has arrived, in one step with the look whether the others still wait, and returns 0 if
 * that was so. Once the last has come, nobody leaves.
 */
function withdraw(
  w: ByteWriter,
  { address, count, generation, both }: Record<"address" | "count" | "generation" | "both", number>,
): void {
  get(w, address);
  atomic(w, "load64", "arrived");
  set(w, both);
  get(w, both);
  w.byte(0x42);
  w.signed(32);
  w.byte(0x88); // i64.shr_u
  w.byte(0xa7);
  get(w, generation);
  w.byte(0x46);
  // Among the arrived is this thread: 0 is the last one's, who has just opened.
  get(w, both);
  w.byte(0xa7);
  constant(w, 0);
  w.byte(0x47);
  w.byte(0x71);
  get(w, both);
  w.byte(0xa7);
  get(w, count);
  w.byte(0x47);
  w.byte(0x71);
  when(w, () => {
    get(w, address);
    get(w, both);
    get(w, both);
    w.byte(0x42);
    w.signed(1);
    w.byte(0x7d); // i64.sub
    atomic(w, "exchange64", "arrived");
    get(w, both);
    w.byte(0x51); // i64.eq
    when(w, () => answer(w, 0));
  });
}

/** Atomic instructions: their number, and the exponent of their alignment. */
const atomics = {
  notify: [0x00, 2],
  wait: [0x01, 2],
  load: [0x10, 2],
  load64: [0x11, 3],
  store: [0x17, 2],
  add: [0x1e, 2],
  exchange64: [0x49, 3],
} as const;

function atomic(w: ByteWriter, operation: keyof typeof atomics, word: keyof typeof barrierWord): void {
  const [code, alignment] = atomics[operation];
  w.byte(0xfe);
  w.unsigned(code);
  w.byte(alignment);
  w.unsigned(4 * barrierWord[word]);
}

/** Does something if the number on the stack is not 0. */
function when(w: ByteWriter, then: () => void): void {
  w.byte(0x04);
  w.byte(0x40);
  then();
  w.byte(0x0b);
}

/** Returns from the function. */
function answer(w: ByteWriter, value: number): void {
  constant(w, value);
  w.byte(0x0f);
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
