import { said } from "../door/said.js";
import { ofEpoch } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import type { Augment } from "./batches.js";

/**
 * Runs `change` on each picture with random numbers of its own, which follow from seed, epoch and index.
 *
 * @param stream  of random/streams.ts, another one for each augmentation
 */
export function eachPicture(
  stream: number,
  change: (
    picture: Float32Array,
    changed: Float32Array,
    shape: readonly [h: number, w: number, c: number],
    random: RandomStream,
  ) => void,
): Augment {
  return (images, { seed, epoch, indices, shape: [, h, w, c] }) => {
    const changed = new Float32Array(h * w * c);
    indices.forEach((index, i) => {
      const picture = images.subarray(i * h * w * c, (i + 1) * h * w * c);
      const random = new RandomStream(seed, ofEpoch(stream, epoch), index);
      change(picture, changed, [h, w, c], random);
      picture.set(changed);
    });
  };
}

/** Amounts of augmentations, checked where these are made. */
export function checkedAmount(
  speaker: string,
  option: string,
  value: number,
  { most = Number.MAX_VALUE, whole = false } = {},
): void {
  if (!(Number.isFinite(value) && value >= 0 && value <= most) || (whole && !Number.isInteger(value)))
    throw new RangeError(
      `${speaker}: ${option} is ${said(value)}, expected a ${whole ? "whole " : ""}number ${most === Number.MAX_VALUE ? "of at least 0" : `from 0 to ${most}`}`,
    );
}

/** What is put where nothing is left of a picture: pixels, usually from 0 to 255. */
export function checkedBackground(speaker: string, values: readonly number[]): void {
  for (const value of values)
    if (!Number.isFinite(value))
      throw new RangeError(`${speaker}: background is ${said(value)}, expected a number`);
}
