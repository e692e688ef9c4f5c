/** Threads that read, decode and change pictures, so that the main thread and the engine need not wait for them. */
import { hardwareThreads, startModuleThread, type ThreadHandle, threadsWithin } from "./node-threads.js";

/** What a thread does, and what it answers with: see `images/picture-thread.ts`. */
export interface ToPictureThread {
  readonly request: number;
  readonly task: { readonly kind: string };
}

type Pixels = Uint8Array | Float32Array;

export type FromPictureThread =
  | { readonly request: number; readonly pixels: Pixels }
  | { readonly request: number; readonly error: { name: string; message: string } };

interface Pending {
  readonly thread: number;
  resolve(pixels: Pixels | undefined): void;
  reject(error: Error): void;
}

/** Enough for any disk and any network. */
const mostThreads = 8;

export class PictureThreads {
  readonly #handles: ThreadHandle[] = [];
  readonly #pending = new Map<number, Pending>();
  /** Of each thread, what it has been asked and not answered. */
  readonly #asked: number[] = [];
  #requests = 0;
  #broken = false;

  constructor() {
    const wanted = Math.min(hardwareThreads(), mostThreads);
    const count = Math.min(wanted, threadsWithin(wanted + 1) - 1);
    for (let i = 0; i < count && !this.#broken; i++) {
      const handle = startModuleThread<FromPictureThread>(
        "picture-thread.js",
        {},
        { message: (message) => this.#receive(message), ended: () => this.#fail() },
      );
      if (!handle) break;
      handle.release();
      this.#handles.push(handle);
      this.#asked.push(0);
    }
    if (this.#handles.length < count || count === 0) this.#fail();
  }

  get count(): number {
    return this.#broken ? 0 : this.#handles.length;
  }

  /** The one that has least to do. */
  get idlest(): number {
    return this.#asked.indexOf(Math.min(...this.#asked));
  }

  /**
   * @param given  of what the thread is handed and nobody else has any more: buffers
   * @returns undefined where threads cannot be had or have ended: what was asked is to be done on the main thread
   * @throws what was wrong with a picture, by name and message alone
   */
  ask(
    thread: number,
    task: { readonly kind: string },
    given?: readonly ArrayBufferLike[],
  ): Promise<Pixels | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#broken) return resolve(undefined);
      const request = this.#requests++;
      this.#pending.set(request, { thread, resolve, reject });
      this.#asked[thread]++;
      // The process stays alive while it waits for pictures.
      this.#handles[thread].hold();
      this.#handles[thread].post({ request, task } satisfies ToPictureThread, given);
    });
  }

  #receive(message: FromPictureThread): void {
    const pending = this.#pending.get(message.request);
    if (!pending) return;
    this.#pending.delete(message.request);
    if (--this.#asked[pending.thread] === 0) this.#handles[pending.thread].release();
    if ("pixels" in message) pending.resolve(message.pixels);
    else pending.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
  }

  #fail(): void {
    if (this.#broken) return;
    this.#broken = true;
    for (const { resolve } of this.#pending.values()) resolve(undefined);
    this.#pending.clear();
    for (const handle of this.#handles) void handle.terminate();
  }
}

let threads: PictureThreads | undefined;

/** Those of this process, started when they are first asked for; they end with it. */
export function pictureThreads(): PictureThreads | undefined {
  threads ??= new PictureThreads();
  return threads.count > 0 ? threads : undefined;
}
