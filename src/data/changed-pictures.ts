/** Augmentation of a batch on threads of their own, where there are any: with the same numbers as on the main thread. */
import { pictureThreads } from "#platform";
import type { Augment, ByThreads } from "./augmentation.js";

/** What a thread is asked: see `images/picture-thread.ts`. */
export interface ChangeTask {
  readonly kind: "change";
  readonly steps: readonly { readonly name: string; readonly given: readonly unknown[] }[];
  readonly pixels: Uint8Array | Float32Array;
  /** Where the changed ones are to stand. */
  readonly into: Float32Array;
  readonly batch: Parameters<Augment>[1];
}

/** So many values are changed before threads are started, which takes about as long. */
const fewValues = 2 ** 21;
let changedHere = 0;

export const changeByThreads =
  (steps: ChangeTask["steps"]): ByThreads =>
  async (pixels, batch, spare) => {
    const threads = changedHere >= fewValues ? pictureThreads() : undefined;
    let found: unknown;
    if (threads) {
      const into = spare.take(Float32Array, pixels.length);
      const task: ChangeTask = { kind: "change", steps, pixels, into, batch };
      // The thread has it until it answers with it.
      found = await threads.ask(threads.idlest, task, [into.buffer]).catch((error: Error) => {
        throw error.name === "RangeError" ? new RangeError(error.message) : error;
      });
    }
    if (!found) changedHere += pixels.length;
    return found as Float32Array | undefined;
  };
