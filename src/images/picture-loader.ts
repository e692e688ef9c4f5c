import type { Draw } from "../data/dataset.js";
import { said } from "../door/said.js";
import { HeldPictures } from "./held-pictures.js";
import { type Budget, KeptViews } from "./kept-views.js";
import { NoPictureThreads, pictureThreads } from "./picture-threads.js";
import { type Asked, readContents, type Showing, shown } from "./showing.js";

export type { Budget };

const usualMegabytes = 512;

/** @throws RangeError where it is no number of megabytes */
export function budgetOf(
  speaker: string,
  { cacheMegabytes = usualMegabytes }: { cacheMegabytes?: number },
): Budget {
  if (!(Number.isFinite(cacheMegabytes) && cacheMegabytes >= 0))
    throw new RangeError(
      `${speaker}: cacheMegabytes is ${said(cacheMegabytes)}, expected a number of at least 0`,
    );
  return { bytes: cacheMegabytes * 2 ** 20, whole: cacheMegabytes * 2 ** 20 };
}

/** Files that are decoded at once on the main thread: enough for sharp's threads, and few enough for memory. */
const atOnce = 8;

/** A few pictures are read before a thread has started. */
const fewFiles = 64;

/** Small files come in groups, each of which costs a message. */
const mostOfGroup = 16;

let loaders = 0;

/** The pictures of some files as a network takes them. Which thread reads a file, and when, changes none of them. */
export class PictureLoader {
  readonly #files: readonly string[];
  readonly #showing: Showing;
  readonly #kept: KeptViews;
  readonly #budget: Budget;
  /** Of the main thread, where there are no others. */
  #held: HeldPictures | undefined;
  readonly #waiting: (() => Promise<void>)[] = [];
  #working = 0;

  constructor(files: readonly string[], showing: Omit<Showing, "id">, budget: Budget) {
    const { input, tenCrop } = showing;
    this.#files = files;
    this.#showing = { ...showing, id: loaders++ };
    this.#budget = budget;
    this.#kept = new KeptViews(files.length, (tenCrop ? 10 : 1) * input[0] * input[1] * input[2], budget);
  }

  /**
   * @param draw  of random views; the usual ones if left out
   * @returns     N × views × H×W×C
   * @throws PictureError of the first file that cannot be read
   */
  async read(indices: Int32Array, draw?: Draw): Promise<Uint8Array> {
    const { input, tenCrop } = this.#showing;
    const size = (tenCrop ? 10 : 1) * input[0] * input[1] * input[2];
    const images = new Uint8Array(indices.length * size);
    const missing: number[] = [];
    for (let i = 0; i < indices.length; i++) {
      const kept = draw ? undefined : this.#kept.get(indices[i]);
      if (kept) images.set(kept, i * size);
      else missing.push(i);
    }
    const found = (places: readonly number[], pixels: Uint8Array): void => {
      for (const [k, i] of places.entries()) {
        const one = pixels.subarray(k * size, (k + 1) * size);
        images.set(one, i * size);
        if (!draw) this.#kept.keep(indices[i], one);
      }
    };
    const asked = (i: number): Asked => ({ file: this.#files[indices[i]], index: indices[i], draw });
    await Promise.all(
      this.#groups(missing, (i) => indices[i]).map(async ({ thread, places }) => {
        try {
          if (thread === undefined) throw new NoPictureThreads();
          found(places, await pictureThreads(this.#heldBytes).ask(thread, this.#showing, places.map(asked)));
        } catch (error) {
          if (!(error instanceof NoPictureThreads)) throw error;
          await Promise.all(places.map(async (i) => found([i], await this.#here(asked(i)))));
        }
      }),
    );
    return images;
  }

  /** A file is always read by the same thread, which may have it still. */
  #groups(
    missing: readonly number[],
    indexOf: (place: number) => number,
  ): { thread?: number; places: number[] }[] {
    const threads =
      this.#files.length > fewFiles && missing.length > 0 ? pictureThreads(this.#heldBytes).count : 0;
    if (threads === 0) return missing.length > 0 ? [{ places: [...missing] }] : [];
    const groups: { thread: number; places: number[] }[] = [];
    const open: { thread: number; places: number[] }[] = [];
    for (const place of missing) {
      const thread = indexOf(place) % threads;
      if (!open[thread] || open[thread].places.length >= mostOfGroup) {
        open[thread] = { thread, places: [] };
        groups.push(open[thread]);
      }
      open[thread].places.push(place);
    }
    return groups;
  }

  get #heldBytes(): number {
    return this.#budget.whole;
  }

  #here(asked: Asked): Promise<Uint8Array> {
    this.#held ??= new HeldPictures(this.#heldBytes);
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => shown(asked, this.#showing, readContents, this.#held).then(resolve, reject));
      if (this.#working < atOnce) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working++;
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) await job();
    this.#working--;
  }
}
