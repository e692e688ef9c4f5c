/** The data sets that are here: digits, which are drawn once, and pictures of one's own. */
import { data } from "receptive";
import type { DataName } from "../../network/settings.js";
import type { OwnPictures } from "./own-pictures.js";
import type { DataInfo } from "./protocol.js";

export type Parts = { readonly train: data.Dataset; readonly test: data.Dataset };

export class DataSets {
  #own: Promise<OwnPictures> | undefined;
  #digits: Promise<Parts> | undefined;

  /** @throws where there are no pictures of one's own, or of one class alone */
  async at(name: DataName): Promise<Parts> {
    if (name === "mine") return (await this.own()).parts();
    // The command line's: one seed for the pictures, another for the training.
    this.#digits ??= data.digits();
    return this.#digits;
  }

  /** Loaded when the first of them comes. */
  own(): Promise<OwnPictures> {
    this.#own ??= import("./own-pictures.js").then(({ OwnPictures }) => new OwnPictures());
    return this.#own;
  }

  /** Others in the place of all that were here. */
  become(own: OwnPictures): void {
    this.#own = Promise.resolve(own);
  }

  async info(name: DataName): Promise<DataInfo> {
    const { train, test } = await this.at(name);
    const counts = train.classes.map(() => 0);
    for (const part of [train, test]) for (const label of part.labels) counts[label]++;
    return {
      name,
      classes: train.classes,
      shape: train.shape,
      train: train.length,
      test: test.length,
      counts,
    };
  }
}

export function pictureAt({ images, shape: [h, w, c] }: data.Dataset, index: number): Uint8Array {
  const size = h * w * c;
  return images.slice(index * size, (index + 1) * size);
}
