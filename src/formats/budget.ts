/**
 * What a file may take of memory while it is read. Packed bytes, pickles and views can ask for far more than they
 * take on the disk; each of them announces it, or tells it a part at a time, so that a file which asks for too much is
 * refused before it gets it.
 */
import { positive } from "../door/rules.js";
import type { Fail } from "./refusal.js";

/** How much memory a file may ask for. */
export interface BudgetOptions {
  /** Bytes that reading the file may take; 64 MiB and 16 times the file's own bytes if left out. */
  budget?: number;
}

/** What these options may be. */
export const reading = { budget: positive };

const least = 64 * 2 ** 20;
const timesTheFile = 16;

export class Budget {
  readonly #fileSize: number;
  readonly #allowed: number;
  readonly #fail: Fail;
  #taken = 0;

  /** @param fileSize  bytes of the file as it lies on the disk */
  constructor(fileSize: number, fail: Fail, { budget }: BudgetOptions = {}) {
    this.#fileSize = fileSize;
    this.#allowed = budget ?? least + timesTheFile * fileSize;
    this.#fail = fail;
  }

  /** Bytes that may still be taken. */
  get left(): number {
    return this.#allowed - this.#taken;
  }

  /** Asks for so many bytes more, all that was given before included. */
  take(bytes: number, what: string): void {
    this.#taken += bytes;
    if (!(this.#taken <= this.#allowed)) this.refuse(`${what} takes ${bytes} bytes`);
  }

  refuse(what: string): never {
    return this.#fail(
      `${what}, more than the ${this.#allowed} bytes that reading a file of ${this.#fileSize} may take; if that is right, { budget: bytes } allows more`,
    );
  }
}
