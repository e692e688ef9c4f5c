import type { Picture } from "./picture.js";

/** Decoded pictures in memory, within a budget. Those that came first stay, for all are seen equally often. */
export class HeldPictures {
  readonly #budget: number;
  readonly #sets = new Map<number, Map<number, Picture>>();
  #bytes = 0;

  /** @param budget  in bytes */
  constructor(budget: number) {
    this.#budget = budget;
  }

  get(set: number, index: number): Picture | undefined {
    return this.#sets.get(set)?.get(index);
  }

  /** Keeps a picture, where it fits. */
  hold(set: number, index: number, picture: Picture): void {
    if (this.#bytes >= this.#budget && !this.#makeRoom(set)) return;
    const pictures = this.#sets.get(set) ?? new Map<number, Picture>();
    this.#sets.set(set, pictures);
    const { length } = picture.pixels;
    if (pictures.has(index) || this.#bytes + length > this.#budget) return;
    pictures.set(index, picture);
    this.#bytes += length;
  }

  /** Other data sets of this process are most likely done with. */
  #makeRoom(set: number): boolean {
    for (const [other, pictures] of this.#sets) {
      if (other === set) continue;
      for (const { pixels } of pictures.values()) this.#bytes -= pixels.length;
      this.#sets.delete(other);
    }
    return this.#bytes < this.#budget;
  }
}
