/** Photographs without classes: whatever pictures lie in a folder. */
import { DataError, type StreamedDataset } from "../data/dataset.js";
import { picturesBelow } from "./picture-folders.js";
import { prepareImage } from "./prepare-image.js";
import { readImage } from "./read.js";

/**
 * All picture files of a folder and the folders in it, as squares of the middle of each, in colour, decoded when they
 * are needed.
 *
 * @throws DataError where there is no such folder or no picture in it
 */
export async function openPhotographs(path: string, { edge }: { edge: number }): Promise<StreamedDataset> {
  const files = await picturesBelow(path);
  if (files.length === 0) throw new DataError(`${path}: has no pictures (.jpg, .png, .webp and so on)`);
  return {
    name: path,
    split: "all",
    shape: [edge, edge, 3],
    classes: [],
    length: files.length,
    labels: new Uint16Array(files.length),
    async read(indices) {
      const bytes = new Uint8Array(indices.length * edge * edge * 3);
      await Promise.all(
        Array.from(indices, async (index, i) => {
          const { pixels } = prepareImage(await readImage(files[index]), [edge, edge, 3]);
          bytes.set(pixels, i * edge * edge * 3);
        }),
      );
      return bytes;
    },
  };
}
