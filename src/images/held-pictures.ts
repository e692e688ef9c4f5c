import type { Picture } from "./picture.js";
import type { WantedPart } from "./reading.js";

/** A decoded picture, of which parts are cut: each to the bit as `decodePicture` gives it. */
export interface HeldPicture {
  readonly bytes: number;
  part(wanted: WantedPart): Promise<Picture>;
}

/** Decoded pictures in memory, within a budget. Those that came first stay, for all are seen equally often. */
export class HeldPictures {
  readonly #budget: number;
  readonly #sets = new Map<number, Map<number, HeldPicture>>();
  #bytes = 0;

  /** @param budget  in bytes */
  constructor(budget: number) {
    this.#budget = budget;
  }

  get(set: number, index: number): HeldPicture | undefined {
    return this.#sets.get(set)?.get(index);
  }

  /** @returns undefined where nothing more fits, or the picture is of a kind that cannot be held */
  async hold(
    set: number,
    index: number,
    decode: () => Promise<HeldPicture | undefined>,
  ): Promise<HeldPicture | undefined> {
    if (this.#bytes >= this.#budget && !this.#makeRoom(set)) return undefined;
    const picture = await decode();
    if (!picture) return undefined;
    const pictures = this.#sets.get(set) ?? new Map<number, HeldPicture>();
    this.#sets.set(set, pictures);
    const before = pictures.get(index);
    if (!before && this.#bytes + picture.bytes <= this.#budget) {
      pictures.set(index, picture);
      this.#bytes += picture.bytes;
    }
    return picture;
  }

  /** Other data sets of this process are most likely done with. */
  #makeRoom(set: number): boolean {
    for (const [other, pictures] of this.#sets) {
      if (other === set) continue;
      for (const { bytes } of pictures.values()) this.#bytes -= bytes;
      this.#sets.delete(other);
    }
    return this.#bytes < this.#budget;
  }
}
