import { startThread, type ThreadHandle } from "#platform";
import type { ShippedCode } from "../targets/machine.js";
import { command, control, type FromThread, placeWords, type ToThread } from "./thread-main.js";

/**
 * The pool: threads that run a program together. Between programs they sleep on a word of shared memory, so that
 * a step costs one wake-up and no message; messages carry only new programs.
 */
export class ThreadPool {
  private readonly words = new Int32Array(new SharedArrayBuffer(4 * control.length));
  /** Addresses, which may lie beyond 32 bits. */
  private readonly places = new Float64Array(new SharedArrayBuffer(8 * placeWords.length));
  private readonly handles: ThreadHandle[];
  private readonly loaded = new Set<number>();
  private outgoing: ToThread[] = [];
  private waiting: { resolve: () => void; reject: (error: Error) => void; left: number } | null = null;
  private served = false;

  constructor(
    readonly threads: number,
    memory: WebAssembly.Memory | null,
    private readonly barrier: number,
  ) {
    this.handles = Array.from({ length: threads }, (_, thread) => {
      const handle = startThread((message: FromThread) => this.receive(message));
      const { words, places } = this;
      handle.post({ kind: "start", control: words, places, memory, thread, threads } satisfies ToThread);
      handle.release();
      return handle;
    });
  }

  async run(program: number, code: ShippedCode, blocks: number): Promise<void> {
    if (!this.loaded.has(program)) {
      this.loaded.add(program);
      this.outgoing.push({ kind: "load", program, code });
    }
    for (const handle of this.handles) handle.hold();
    try {
      if (this.outgoing.length > 0 || !this.served) await this.deliver();
      const { words } = this;
      words[control.program] = program;
      this.places[placeWords.blocks] = blocks;
      this.places[placeWords.barrier] = this.barrier;
      words[control.finished] = 0;
      const done = this.expect(1);
      this.announce(command.run);
      await done;
    } finally {
      for (const handle of this.handles) handle.release();
    }
  }

  unload(program: number): void {
    if (this.loaded.delete(program)) this.outgoing.push({ kind: "unload", program });
  }

  terminate(): void {
    for (const handle of this.handles) handle.terminate();
  }

  /** Calls the threads out of their loop to read their messages, and waits until they serve again. */
  private async deliver(): Promise<void> {
    if (this.served) this.announce(command.mail);
    const messages = this.outgoing;
    this.outgoing = [];
    const serving = this.expect(this.threads);
    for (const handle of this.handles) {
      for (const message of messages) handle.post(message);
      handle.post({ kind: "serve" } satisfies ToThread);
    }
    await serving;
    this.served = true;
  }

  private announce(what: number): void {
    Atomics.store(this.words, control.command, what);
    Atomics.add(this.words, control.ticket, 1);
    Atomics.notify(this.words, control.ticket);
  }

  private expect(answers: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, left: answers };
    });
  }

  private receive(message: FromThread): void {
    const { waiting } = this;
    if (!waiting) return;
    if (message.kind === "failed") {
      this.waiting = null;
      waiting.reject(new Error(`a thread of the engine failed: ${message.message}`));
    } else if (--waiting.left === 0) {
      this.waiting = null;
      waiting.resolve();
    }
  }
}
