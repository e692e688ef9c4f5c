/** Data sets as plain data, and back: they go from worker to worker. */
import { data } from "receptive";
import type { PictureSet } from "./errands.js";

export function setOf({ name, shape, classes, images, labels }: data.Dataset): PictureSet {
  return { name, shape: [...shape], classes, images, labels: Uint8Array.from(labels) };
}

export function datasetOf({ name, shape, classes, images, labels }: PictureSet, split: string): data.Dataset {
  return { name, split, shape: [...shape], classes: [...classes], images, labels, length: labels.length };
}

/** Where the pixels of a shuffled picture come from: one order for all pictures. */
export const orderOf = (pixels: number, seed: number): Int32Array =>
  data.epochOrder(pixels, { seed, epoch: 0 });
