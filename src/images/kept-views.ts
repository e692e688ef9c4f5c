/** Pictures as the network takes them, in memory within a budget: from the second epoch on nothing is decoded. */
export class KeptViews {
  readonly #size: number;
  readonly #budget: Budget;
  /** Of each picture: 0, or one more than its place among those that are kept. */
  readonly #places: Int32Array;
  readonly #slabs: Uint8Array[] = [];
  #kept = 0;

  /** @param size  bytes of a picture in all its views */
  constructor(count: number, size: number, budget: Budget) {
    this.#size = size;
    this.#budget = budget;
    this.#places = new Int32Array(count);
  }

  get(index: number): Uint8Array | undefined {
    const place = this.#places[index] - 1;
    return place < 0 ? undefined : this.#at(place);
  }

  keep(index: number, pixels: Uint8Array): void {
    if (this.#places[index] > 0) return;
    if (this.#kept === this.#slabs.length * this.#perSlab && !this.#grow()) return;
    this.#at(this.#kept).set(pixels);
    this.#places[index] = ++this.#kept;
  }

  #at(place: number): Uint8Array {
    const begin = (place % this.#perSlab) * this.#size;
    return this.#slabs[Math.floor(place / this.#perSlab)].subarray(begin, begin + this.#size);
  }

  /** Many small pictures share an array: each of its own would take some hundred bytes more. */
  get #perSlab(): number {
    return Math.max(1, Math.floor(slabBytes / this.#size));
  }

  #grow(): boolean {
    const bytes = this.#perSlab * this.#size;
    if (this.#budget.bytes < bytes) return false;
    this.#budget.bytes -= bytes;
    this.#slabs.push(new Uint8Array(bytes));
    return true;
  }
}

const slabBytes = 2 ** 20;

/** What is left to be kept, shared by the parts of a data set. */
export interface Budget {
  /** Left. */
  bytes: number;
  readonly whole: number;
}
