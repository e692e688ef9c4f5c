import { decodePicture } from "#pictures";
import { pictureThreads } from "#platform";
import type { Draw } from "../data/dataset.js";
import { said } from "../door/said.js";
import { HeldPictures } from "./held-pictures.js";
import { type Budget, KeptViews } from "./kept-views.js";
import type { Picture } from "./picture.js";
import type { PictureCache } from "./picture-cache.js";
import {
  type Asked,
  errorOf,
  readContents,
  type Showing,
  type ShowTask,
  shown,
  type WholeTask,
} from "./showing.js";
import type { WholeCache } from "./whole-cache.js";

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

/** What fails is told of the first in the list that does, not of the one that failed first. */
async function allOrFirst(all: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(all))
    if (outcome.status === "rejected") throw outcome.reason;
}

/** The pictures of some files as a network takes them. Which thread reads a file, and when, changes none of them. */
export class PictureLoader {
  readonly files: readonly string[];
  /** Bytes of a picture in all its views. */
  readonly size: number;
  readonly #showing: Showing;
  readonly #kept: KeptViews;
  readonly #budget: Budget;
  /** Of the main thread, where there are no others. */
  #held: HeldPictures | undefined;
  readonly #waiting: (() => Promise<void>)[] = [];
  #working = 0;
  #wholes: { cache: WholeCache; first: number } | undefined;
  #cache: { cache: Pick<PictureCache, "read">; first: number } | undefined;

  constructor(files: readonly string[], showing: Omit<Showing, "id">, budget: Budget) {
    const { input, tenCrop } = showing;
    this.files = files;
    this.#showing = { ...showing, id: loaders++ };
    this.#budget = budget;
    this.size = (tenCrop ? 10 : 1) * input[0] * input[1] * input[2];
    this.#kept = new KeptViews(files.length, this.size, budget);
  }

  /**
   * @param draw  of random views; the usual ones if left out
   * @returns     N × views × H×W×C
   * @throws PictureError of the first file that cannot be read
   */
  async read(indices: Int32Array, draw?: Draw): Promise<Uint8Array> {
    const { size } = this;
    const images = new Uint8Array(indices.length * size);
    let missing: number[] = [];
    for (let i = 0; i < indices.length; i++) {
      const kept = draw ? undefined : this.#kept.get(indices[i]);
      if (kept) images.set(kept, i * size);
      else missing.push(i);
    }
    const unkept = missing;
    if (this.#cache && !draw && missing.length > 0) {
      const { cache, first } = this.#cache;
      for (const [k, pixels] of cache.read(missing.map((i) => first + indices[i])).entries())
        images.set(pixels, missing[k] * size);
      missing = [];
    }
    const found = (places: readonly number[], pixels: Uint8Array): void => {
      for (const [k, i] of places.entries()) images.set(pixels.subarray(k * size, (k + 1) * size), i * size);
    };
    const asked = (i: number): Asked => {
      const index = indices[i];
      const { cache, first = 0 } = this.#wholes ?? {};
      return { file: this.files[index], index, draw, packed: cache?.at(first + index) };
    };
    await allOrFirst(
      this.#groups(missing, (i) => indices[i]).map(async ({ thread, places }) => {
        const pixels = thread === undefined ? undefined : await this.#byThread(thread, places.map(asked));
        if (pixels) found(places, pixels);
        else await allOrFirst(places.map(async (i) => found([i], await this.#here(asked(i)))));
      }),
    );
    // In their own order, whichever was decoded first.
    if (!draw) for (const i of unkept) this.#kept.keep(indices[i], images.subarray(i * size, (i + 1) * size));
    return images;
  }

  /** From now on pictures come from the cache, this loader's from the place `first` on. */
  readFrom(cache: Pick<PictureCache, "read">, first: number): void {
    this.#cache = { cache, first };
  }

  /** From now on whole pictures come from the cache, this loader's from the place `first` on. */
  cutFrom(cache: WholeCache, first: number): void {
    this.#wholes = { cache, first };
  }

  /** A picture as it is in its file. @throws PictureError */
  async whole(index: number): Promise<Picture> {
    const { reading } = this.#showing;
    const file = this.files[index];
    const threads = this.files.length > fewFiles ? pictureThreads() : undefined;
    const task = { kind: "whole", file, reading } satisfies WholeTask;
    const found = await threads?.ask(threads.idlest, task).catch((error: Error) => {
      throw errorOf(error);
    });
    if (!found) return decodePicture(await readContents(file), file, reading);
    const [width, height, channels] = new Uint32Array(found.buffer, 0, 3);
    return { width, height, channels: channels as 1 | 3, pixels: (found as Uint8Array).subarray(12) };
  }

  /** @returns undefined where it is to be done here */
  async #byThread(thread: number, files: readonly Asked[]): Promise<Uint8Array | undefined> {
    const threads = pictureThreads();
    if (!threads) return undefined;
    const heldBytes = Math.floor(this.#budget.whole / threads.count);
    const task = { kind: "show", showing: this.#showing, files, heldBytes } satisfies ShowTask;
    const pixels = await threads.ask(thread, task).catch((error: Error) => {
      throw errorOf(error);
    });
    return pixels as Uint8Array | undefined;
  }

  /** A file is always read by the same thread, which may have it still. */
  #groups(
    missing: readonly number[],
    indexOf: (place: number) => number,
  ): { thread?: number; places: number[] }[] {
    const threads = this.files.length > fewFiles && missing.length > 0 ? (pictureThreads()?.count ?? 0) : 0;
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

  #here(asked: Asked): Promise<Uint8Array> {
    this.#held ??= new HeldPictures(this.#budget.whole);
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
