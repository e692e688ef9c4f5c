/** Pictures for dreams and styles: the one at hand, a photograph, a file of yours. */
import type { Given } from "../../engine/network/painting.js";
import { picture } from "../../network/picture.svelte.js";
import { photographs } from "../kernels/photographs.js";

export const sourceTitles = {
  hand: "the picture at hand",
  coffee: "a cup of coffee",
  cat: "a cat",
  rocket: "a rocket",
  mine: "your picture",
} as const;
export type SourceName = keyof typeof sourceTitles;

class Files {
  /** The last file that was opened here. */
  mine = $state.raw<{ file: Blob; name: string }>();
  readonly #photographs = new Map<string, Promise<Blob>>();

  #address = "";

  take(file: Blob, name: string): void {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = URL.createObjectURL(file);
    this.mine = { file, name };
  }

  /** Where a page finds it; nothing for the picture at hand. */
  addressOf(name: SourceName): string {
    if (name === "hand") return "";
    return name === "mine"
      ? this.mine
        ? this.#address
        : ""
      : new URL(photographs[name], location.href).href;
  }

  /** @throws where a photograph could not be loaded, or no file was opened */
  async given(name: SourceName): Promise<Given> {
    if (name === "hand") return { shape: picture.shape, data: picture.pixels.slice() };
    if (name === "mine") {
      if (!this.mine) throw new Error("Open a picture of yours first.");
      return this.mine.file;
    }
    const known = this.#photographs.get(name) ?? loaded(photographs[name]);
    this.#photographs.set(name, known);
    known.catch(() => this.#photographs.delete(name));
    return known;
  }
}

async function loaded(address: string): Promise<Blob> {
  const answer = await fetch(new URL(address, location.href));
  if (!answer.ok)
    throw new Error(`The photograph could not be loaded: ${answer.status} ${answer.statusText}`);
  return answer.blob();
}

export const files = new Files();
