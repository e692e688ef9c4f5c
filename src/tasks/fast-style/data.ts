import { type AnyDataset, picturesAt } from "../../data/dataset.js";
import type { Examples } from "../../data/examples.js";
import { ExplainError } from "../../explain/explain-error.js";

/**
 * Photographs of which nothing but their pixels is known, as examples of one field.
 *
 * @param dataset  of one size; its classes do not count
 * @throws ExplainError where they do not fit the network, or there are none
 */
export function photographs(dataset: AnyDataset): Examples<{
  photos: { shape: readonly [h: number, w: number, c: number]; dtype: "u8"; pixels: true };
}> {
  const [h, w, c] = dataset.shape;
  if (c !== 3 || h % 4 !== 0 || w % 4 !== 0)
    throw new ExplainError(
      `trainStyle: the photographs are ${h}×${w}×${c}, expected three channels, and edges that are multiples of 4`,
    );
  if (dataset.length === 0) throw new ExplainError(`trainStyle: ${dataset.name} has no photographs`);
  return {
    name: dataset.name,
    length: dataset.length,
    fields: { photos: { shape: [h, w, c], dtype: "u8", pixels: true } },
    readsAhead: "readsAhead" in dataset ? dataset.readsAhead : undefined,
    async at(places, draw) {
      const pixels = await picturesAt(dataset, places, draw);
      return { photos: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length) };
    },
  };
}
