import { said } from "../door/said.js";
import { ofEpoch } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { type AffineMap, madeBy } from "./augment-steps.js";
import type { Augment } from "./augmentation.js";

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
    inTurn(images, [h, w, c], (picture, changed, i) =>
      change(picture, changed, [h, w, c], new RandomStream(seed, ofEpoch(stream, epoch), indices[i])),
    );
  };
}

function inTurn(
  images: Float32Array,
  [h, w, c]: Shape,
  change: (picture: Float32Array, changed: Float32Array, i: number) => void,
): void {
  const size = h * w * c;
  const changed = new Float32Array(size);
  for (let i = 0; i * size < images.length; i++) {
    const picture = images.subarray(i * size, (i + 1) * size);
    change(picture, changed, i);
    picture.set(changed);
  }
}

type Shape = readonly [h: number, w: number, c: number];

/** An augmentation that moves pixels, all of them by a map that follows from what is drawn for a picture. */
export function movesPixels<Drawn>(
  stream: number,
  {
    draw,
    change,
    together,
    map,
  }: {
    draw(random: RandomStream, size: readonly [h: number, w: number]): Drawn;
    change(picture: Float32Array, changed: Float32Array, shape: Shape, drawn: Drawn): void;
    /** All pictures of a batch in place, where that is sooner done; false: one by one. */
    together?(images: Float32Array, shape: Shape, drawn: readonly Drawn[]): boolean;
    map(drawn: Drawn, size: readonly [h: number, w: number]): AffineMap;
  },
  name: string,
  ...given: readonly unknown[]
): Augment {
  return madeBy(
    (images, { seed, epoch, indices, shape: [, h, w, c] }) => {
      const drawn = Array.from(indices, (index) =>
        draw(new RandomStream(seed, ofEpoch(stream, epoch), index), [h, w]),
      );
      if (together?.(images, [h, w, c], drawn)) return;
      inTurn(images, [h, w, c], (picture, changed, i) => change(picture, changed, [h, w, c], drawn[i]));
    },
    {
      name,
      given,
      mapOf: ({ seed, epoch }, index, size) =>
        map(draw(new RandomStream(seed, ofEpoch(stream, epoch), index), size), size),
    },
  );
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
