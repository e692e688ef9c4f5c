/**
 * What a thread of the pool runs. The function is handed to a worker as its source text (`thread-source.ts`), so that no
 * bundler and no server has to find a worker file: it may use nothing from outside itself.
 */

import type { RunProgram, ShippedCode } from "../targets/machine.js";

/** Words of the control array, shared by all threads. */
export const control = {
  ticket: 0,
  command: 1,
  program: 2,
  finished: 3,
  /** Threads that serve: they have started. */
  present: 4,
  /** Not 0: the process ends, or the pool does. */
  stop: 5,
  /** Threads that are loading code, which must not be stopped: koffi ends the process if it is not loaded whole. */
  loading: 6,
  length: 7,
} as const;
/** Addresses for a run, as numbers of 64 bits. */
export const placeWords = { blocks: 0, barrier: 1, length: 2 } as const;
export const command = { run: 0, mail: 1 } as const;

export type ToThread =
  | {
      kind: "start";
      control: Int32Array<ArrayBufferLike>;
      places: Float64Array<ArrayBufferLike>;
      memory: WebAssembly.Memory | null;
      thread: number;
      threads: number;
    }
  | { kind: "load"; program: number; code: ShippedCode }
  | { kind: "unload"; program: number }
  | { kind: "serve" };
export type FromThread = { kind: "serving" } | { kind: "finished" } | { kind: "failed"; message: string };

/** The worker's side of its message channel. */
export interface ThreadPort {
  post(message: FromThread): void;
  onMessage(handler: (message: ToThread) => void): void;
  /** Machine code as a function of numbers, where the host can call it. */
  native?(code: Extract<ShippedCode, { kind: "native" }>): RunProgram;
}

export function threadMain(port: ThreadPort): void {
  const [ticketWord, commandWord, programWord, finishedWord] = [0, 1, 2, 3];
  const [presentWord, stopWord, loadingWord] = [4, 5, 6];
  const [blocksWord, barrierWord] = [0, 1];
  const mail = 1;
  const programs = new Map<number, RunProgram>();
  let words: Int32Array = new Int32Array(0);
  let places: Float64Array = new Float64Array(0);
  let memory: WebAssembly.Memory | null = null;
  let thread = 0;
  let threads = 1;
  let seen = 0;
  let present = false;

  /** Runs programs as they are announced, until there is mail for the message handler. */
  const serve = (): void => {
    for (;;) {
      let spins = 0;
      while (Atomics.load(words, ticketWord) === seen)
        if (++spins > 2000) Atomics.wait(words, ticketWord, seen);
      seen = Atomics.load(words, ticketWord);
      if (Atomics.load(words, commandWord) === mail) return;
      try {
        const run = programs.get(words[programWord]);
        if (!run) throw new Error(`program ${words[programWord]} is not loaded`);
        // Left without having run, where the others did not come: here the host may stop this thread.
        while (!run(places[blocksWord], thread, threads, places[barrierWord]))
          if (Atomics.load(words, stopWord)) return;
      } catch (error) {
        port.post({ kind: "failed", message: String(error) });
        return;
      }
      if (Atomics.add(words, finishedWord, 1) === threads - 1) port.post({ kind: "finished" });
    }
  };

  const load = (program: number, code: ShippedCode): void => {
    Atomics.add(words, loadingWord, 1);
    try {
      if (Atomics.load(words, stopWord)) return;
      if (code.kind === "native") {
        programs.set(program, port.native!(code));
        return;
      }
      const now = (): number => performance.timeOrigin + performance.now();
      const engine: WebAssembly.ModuleImports = { memory: memory!, now };
      for (const module of code.modules)
        Object.assign(engine, new WebAssembly.Instance(module, { engine }).exports);
      programs.set(program, engine.run as unknown as RunProgram);
    } finally {
      Atomics.sub(words, loadingWord, 1);
      Atomics.notify(words, loadingWord);
    }
  };

  port.onMessage((message) => {
    switch (message.kind) {
      case "start":
        words = message.control;
        places = message.places;
        memory = message.memory;
        thread = message.thread;
        threads = message.threads;
        seen = Atomics.load(words, ticketWord);
        break;
      case "load":
        load(message.program, message.code);
        break;
      case "unload":
        programs.delete(message.program);
        break;
      case "serve":
        if (!present) Atomics.add(words, presentWord, 1);
        present = true;
        port.post({ kind: "serving" });
        serve();
        break;
    }
  });
}
