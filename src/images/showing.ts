/** What becomes of one picture file before a network sees it: on the main thread, or on one of its own. */

import { centreOfJpeg, decodePicture } from "#pictures";
import { DataError } from "../data/dataset.js";
import { randomRegion } from "../data/random-region.js";
import { ofEpoch, partsOfFiles } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import type { HeldPictures } from "./held-pictures.js";
import { PictureError } from "./picture-error.js";
import { centreCrop, type Preprocessing, tenCrop, withChannels } from "./preprocessing.js";
import { contents } from "./read.js";
import type { ReadOptions } from "./reading.js";
import { resizedPart } from "./resize.js";
import { type PackedPicture, unpacked } from "./whole-cache.js";

/** How the files of a folder are shown: data alone, so that a thread can be told. */
export interface Showing {
  /** One number for each data set of a process. */
  readonly id: number;
  readonly input: readonly [h: number, w: number, c: number];
  readonly preprocessing: Preprocessing;
  readonly tenCrop: boolean;
  readonly reading: ReadOptions;
}

/** A file, and for a random view from what it follows. */
export interface Asked {
  readonly file: string;
  readonly index: number;
  readonly draw?: { readonly seed: number; readonly epoch: number };
  /** Where its pixels lie already. */
  readonly packed?: PackedPicture;
}

/** A thread is asked for a whole picture: three numbers (u32: width, height, channels), then its pixels. */
export interface WholeTask {
  readonly kind: "whole";
  readonly file: string;
  readonly reading: ReadOptions;
}

/** What a thread is asked. */
export interface ShowTask {
  readonly kind: "show";
  readonly showing: Showing;
  readonly files: readonly Asked[];
  /** Of decoded pictures, that this thread may hold. */
  readonly heldBytes: number;
}

/** Reads a file that is most likely there. */
export type ReadFile = (file: string) => Uint8Array | Promise<Uint8Array>;

export const readContents: ReadFile = async (file) => (await contents(file)).bytes;

/**
 * @param held  decoded pictures, of which random parts are cut in later epochs; none are kept where it is left out
 * @returns     views × H×W×C, bytes of 0 to 255
 * @throws PictureError  one line
 */
export async function shown(
  asked: Asked,
  showing: Showing,
  read: ReadFile,
  held?: HeldPictures,
): Promise<Uint8Array> {
  const { file, index, draw, packed } = asked;
  const { input, preprocessing, reading } = showing;
  if (draw) {
    const random = new RandomStream(draw.seed, ofEpoch(partsOfFiles, draw.epoch), index);
    let whole = held?.get(showing.id, index);
    if (!whole) {
      whole = packed ? unpacked(packed) : await decodePicture(await read(file), file, reading);
      held?.hold(showing.id, index, whole);
    }
    const [height, width, channels] = input;
    const region = randomRegion(whole, random);
    return withChannels(resizedPart(whole, region, { width, height }, "bilinear"), channels).pixels;
  }
  const bytes = packed ? undefined : await read(file);
  const centre = bytes && !showing.tenCrop ? centreOfJpeg(bytes, input, preprocessing, reading) : undefined;
  if (centre) return centre;
  const picture = bytes ? await decodePicture(bytes, file, reading) : unpacked(packed!);
  if (!showing.tenCrop) return centreCrop(picture, input, preprocessing).pixels;
  const views = tenCrop(picture, input, preprocessing);
  const all = new Uint8Array(views.length * views[0].pixels.length);
  for (const [v, { pixels }] of views.entries()) all.set(pixels, v * pixels.length);
  return all;
}

/** What went wrong in a thread, as its own kind of error again. */
export const errorOf = ({ name, message }: { name: string; message: string }): Error =>
  name === "PictureError"
    ? new PictureError(message)
    : name === "DataError"
      ? new DataError(message)
      : Object.assign(new Error(message), { name });
