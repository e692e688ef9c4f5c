/** What changes pictures while a network is trained on them. */
import { SpareArrays } from "./spare-arrays.js";

/**
 * Changes the pictures of a batch in place. Whatever is random about it follows from seed, epoch and a picture's index,
 * so that a picture is changed alike however the batches fall.
 */
export type Augment = (
  images: Float32Array,
  batch: {
    seed: number;
    epoch: number;
    indices: Int32Array;
    shape: readonly [b: number, h: number, w: number, c: number];
  },
) => void | Promise<void>;

/** Whether it is of this library, and done with the pictures when it is done. One of the caller's own may keep them. */
export const keepsNothing = (augment: Augment): boolean => "byThreads" in augment;

/** What threads make of pictures; undefined where that is to be done here. */
export type ByThreads = (
  pixels: Uint8Array | Float32Array,
  batch: Parameters<Augment>[1],
  spare: SpareArrays,
) => Promise<Float32Array | undefined>;

/** Pages that change no pictures leave out how threads do it: whoever makes an augmentation brings it along. */
export function doneBy(augment: Augment, byThreads: ByThreads): void {
  Object.defineProperty(augment, "byThreads", { value: byThreads });
}

/** @returns  the pictures as f32, changed; `pixels` stays as it is */
export async function changedPictures(
  pixels: Uint8Array | Float32Array,
  augment: Augment,
  batch: Parameters<Augment>[1],
  spare = new SpareArrays(),
): Promise<Float32Array> {
  const found = await (augment as { byThreads?: ByThreads }).byThreads?.(pixels, batch, spare);
  if (found) return found;
  const images = spare.copy(Float32Array, pixels);
  await augment(images, batch);
  return images;
}
