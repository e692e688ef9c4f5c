import { beforeExit, startThread, type ThreadHandle } from "#platform";
import { barrierWord, barrierWords, type MachineMemory, type ShippedCode } from "../targets/machine.js";
import { command, control, type FromThread, placeWords, type ToThread } from "./thread-main.js";
import { threadSource } from "./thread-source.js";

/** How long threads may take until they serve, in ms: a machine that has too much to do starts them late. */
const patience = 30_000;

/** How long the end of threads waits for those that are loading code, in ms. */
const loadingTime = 3000;

/** Threads could not be started, or one has ended. The pool is of no use any more. */
export class ThreadFailure extends Error {}

/**
 * The pool: threads that run a program together. Between programs they sleep on a word of shared memory, so that
 * a step costs one wake-up and no message; messages carry only new programs.
 */
export class ThreadPool {
  readonly #words = new Int32Array(new SharedArrayBuffer(4 * control.length));
  /** Addresses, which may lie beyond 32 bits. */
  readonly #places = new Float64Array(new SharedArrayBuffer(8 * placeWords.length));
  readonly #handles: ThreadHandle[] = [];
  readonly #loaded = new Set<number>();
  #outgoing: ToThread[] = [];
  #waiting: { resolve: () => void; reject: (error: Error) => void; left: number } | null = null;
  #served = false;
  #failure: ThreadFailure | null = null;
  #ended = false;
  #runs = 0;
  readonly #forgetExit: () => void;

  /**
   * @param barrier  where in `memory` the barrier's words lie
   * @param shared   what threads need to reach that memory; null: nothing
   */
  constructor(
    readonly threads: number,
    shared: WebAssembly.Memory | null,
    private readonly memory: MachineMemory,
    private readonly barrier: number,
  ) {
    const [words, places] = [this.#words, this.#places];
    memory.write(barrier, new Int32Array(barrierWords));
    this.#forgetExit = beforeExit(() => this.#stop());
    for (let thread = 0; thread < threads && !this.#failure; thread++) {
      try {
        const handle = startThread<FromThread>(threadSource, {
          message: (message) => this.#receive(message),
          ended: (reason) => this.#fail(reason),
        });
        this.#handles.push(handle);
        handle.post({
          kind: "start",
          control: words,
          places,
          memory: shared,
          thread,
          threads,
        } satisfies ToThread);
        handle.release();
      } catch (error) {
        this.#fail(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** @throws ThreadFailure; `outcome` tells then how far the program came */
  async run(program: number, code: ShippedCode, blocks: number): Promise<void> {
    this.#runs++;
    if (!this.#loaded.has(program)) {
      this.#loaded.add(program);
      this.#outgoing.push({ kind: "load", program, code });
    }
    for (const handle of this.#handles) handle.hold();
    try {
      if (this.#outgoing.length > 0 || !this.#served) await this.#deliver();
      const words = this.#words;
      words[control.program] = program;
      this.#places[placeWords.blocks] = blocks;
      this.#places[placeWords.barrier] = this.barrier;
      words[control.finished] = 0;
      const done = this.#expect(1);
      this.#announce(command.run);
      await done;
    } finally {
      for (const handle of this.#handles) handle.release();
    }
  }

  unload(program: number): void {
    if (this.#loaded.delete(program)) this.#outgoing.push({ kind: "unload", program });
  }

  /** Returns when no thread runs any more. Those that compute come to the end of their program. */
  async terminate(): Promise<void> {
    const words = this.#words;
    this.#ended = true;
    this.#forgetExit();
    Atomics.store(words, control.stop, 1);
    for (let ms = 0; ms < loadingTime && Atomics.load(words, control.loading) > 0; ms += 10)
      await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all(this.#handles.map((handle) => handle.terminate()));
  }

  /** Of the last run, after the threads have ended: threads begin together, or not at all. */
  outcome(): "not begun" | "begun" | "done" {
    const words = new Int32Array(barrierWords);
    this.memory.read(this.barrier, words);
    if (words[barrierWord.done] === ((this.#runs * this.threads) | 0)) return "done";
    return words[barrierWord.begun] === (this.#runs | 0) ? "begun" : "not begun";
  }

  /** Has threads leave whatever they do, because the process ends. */
  #stop(): void {
    const words = this.#words;
    Atomics.store(words, control.stop, 1);
    this.memory.write(this.barrier + 4 * barrierWord.stop, Int32Array.of(1));
    const begun = performance.now();
    for (;;) {
      const loading = Atomics.load(words, control.loading);
      if (loading <= 0 || performance.now() - begun > loadingTime) return;
      Atomics.wait(words, control.loading, loading, 10);
    }
  }

  /** Calls the threads out of their loop to read their messages, and waits until they serve again. */
  async #deliver(): Promise<void> {
    if (this.#served) this.#announce(command.mail);
    const messages = this.#outgoing;
    this.#outgoing = [];
    const serving = this.#expect(this.threads);
    for (const handle of this.#handles) {
      for (const message of messages) handle.post(message);
      handle.post({ kind: "serve" } satisfies ToThread);
    }
    const late = setTimeout(() => {
      // Their messages may wait behind this timer.
      const { present } = control;
      if (Atomics.load(this.#words, present) < this.threads)
        this.#fail(`they did not start within ${patience / 1000} s`);
    }, patience);
    try {
      await serving;
    } finally {
      clearTimeout(late);
    }
    this.#served = true;
  }

  #announce(what: number): void {
    Atomics.store(this.#words, control.command, what);
    Atomics.add(this.#words, control.ticket, 1);
    Atomics.notify(this.#words, control.ticket);
  }

  #expect(answers: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, left: answers };
      if (this.#failure) reject(this.#failure);
    });
  }

  #receive(message: FromThread): void {
    if (message.kind === "failed") this.#fail(message.message);
    else if (this.#waiting && --this.#waiting.left === 0) {
      this.#waiting.resolve();
      this.#waiting = null;
    }
  }

  #fail(reason: string): void {
    if (this.#ended) return;
    this.#failure ??= new ThreadFailure(
      this.#served ? `a thread has ended: ${reason}` : `threads cannot be started: ${reason}`,
    );
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }
}
