/** Threads that read, decode and resize picture files, so that the main thread and the engine need not wait for them. */
import { hardwareThreads, startModuleThread, type ThreadHandle, threadsWithin } from "#platform";
import { type Asked, errorOf, type Showing } from "./showing.js";

export interface ToPictureThread {
  readonly request: number;
  readonly showing: Showing;
  readonly files: readonly Asked[];
}

export type FromPictureThread =
  | { readonly request: number; readonly pixels: Uint8Array }
  | { readonly request: number; readonly error: { name: string; message: string } };

/** Threads cannot be had here, or have ended: what was asked of them is to be done on the main thread. */
export class NoPictureThreads extends Error {}

interface Pending {
  readonly thread: number;
  resolve(pixels: Uint8Array): void;
  reject(error: Error): void;
}

/** Enough for any disk and any network. */
const mostThreads = 8;

class PictureThreads {
  readonly #handles: ThreadHandle[] = [];
  readonly #pending = new Map<number, Pending>();
  #requests = 0;
  #broken = false;

  constructor(heldBytes: number) {
    const wanted = Math.min(hardwareThreads(), mostThreads);
    const count = Math.min(wanted, threadsWithin(wanted + 1) - 1);
    for (let i = 0; i < count && !this.#broken; i++) {
      const handle = startModuleThread<FromPictureThread>(
        "picture-thread.js",
        { heldBytes: Math.floor(heldBytes / count) },
        { message: (message) => this.#receive(message), ended: () => this.#fail() },
      );
      if (!handle) break;
      handle.release();
      this.#handles.push(handle);
    }
    if (this.#handles.length < count || count === 0) this.#fail();
  }

  get count(): number {
    return this.#broken ? 0 : this.#handles.length;
  }

  /** @throws NoPictureThreads; what was wrong with a picture */
  ask(thread: number, showing: Showing, files: readonly Asked[]): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#broken) return reject(new NoPictureThreads());
      const request = this.#requests++;
      this.#pending.set(request, { thread, resolve, reject });
      // The process stays alive while it waits for pictures.
      this.#handles[thread].hold();
      this.#handles[thread].post({ request, showing, files } satisfies ToPictureThread);
    });
  }

  #receive(message: FromPictureThread): void {
    const pending = this.#pending.get(message.request);
    if (!pending) return;
    this.#pending.delete(message.request);
    if (![...this.#pending.values()].some(({ thread }) => thread === pending.thread))
      this.#handles[pending.thread].release();
    if ("pixels" in message) pending.resolve(message.pixels);
    else pending.reject(errorOf(message.error));
  }

  #fail(): void {
    if (this.#broken) return;
    this.#broken = true;
    for (const { reject } of this.#pending.values()) reject(new NoPictureThreads());
    this.#pending.clear();
    for (const handle of this.#handles) void handle.terminate();
  }
}

let threads: PictureThreads | undefined;

/** Those of this process, started when they are first asked for; they end with it. */
export function pictureThreads(heldBytes: number): PictureThreads {
  threads ??= new PictureThreads(heldBytes);
  return threads;
}
