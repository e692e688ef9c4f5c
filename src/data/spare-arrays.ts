type Pixels = Uint8Array | Float32Array;
type Kind<A> = new (length: number) => A;

/** More are not under way at once for long. */
const most = 6;

/**
 * Arrays of batches that are through, for batches to come. A new array for each looks small to the garbage collector,
 * which then goes through everything again and again: of small pictures that takes as much time as changing them.
 */
export class SpareArrays {
  readonly #arrays: Pixels[] = [];

  /** An array of this kind and length, with any numbers in it. */
  take<A extends Pixels>(kind: Kind<A>, length: number): A {
    const at = this.#arrays.findIndex((array) => array.constructor === kind && array.length === length);
    return at < 0 ? new kind(length) : (this.#arrays.splice(at, 1)[0] as A);
  }

  /** One with these numbers in it. */
  copy<A extends Pixels>(kind: Kind<A>, values: ArrayLike<number>): A {
    const copy = this.take(kind, values.length);
    copy.set(values);
    return copy;
  }

  /** Nobody else may have it any more. */
  give(array: Pixels): void {
    if (this.#arrays.push(array) > most) this.#arrays.shift();
  }
}
