/** Objects that the page knows by a number, until it lets go of them. */
import type { Remote } from "./crossing.js";

export class Kept<T> {
  readonly #what: string;
  readonly #objects = new Map<number, T>();
  #next = 0;

  /** @param what  what errors call one of them */
  constructor(what: string) {
    this.#what = what;
  }

  keep(object: T): number {
    const number = this.#next++;
    this.#objects.set(number, object);
    return number;
  }

  at({ remote }: Remote): T {
    const object = this.#objects.get(remote);
    if (!object) throw new TypeError(`worker: the ${this.#what} was given back`);
    return object;
  }

  release({ remote }: Remote): void {
    this.#objects.delete(remote);
  }
}
