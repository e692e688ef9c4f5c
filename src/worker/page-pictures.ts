/** Pictures of a page on their way to the worker: what belongs to the page alone goes as a bitmap, without a copy. */
import { type Drawable, loadedSize, sizeOf, unreadable } from "../images/drawn.js";
import type { PictureSource } from "../images/picture-from.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Crossing, crossing } from "./crossing.js";
import type { Numbers } from "./protocol.js";

/** What `data.pictureFrom` takes, or numbers N×H×W×C: bytes of 0 to 255, or floats as the model takes them. */
export type Pictures = PictureSource | readonly PictureSource[] | Numbers | Tensor;

export async function crossingPictures(
  speaker: string,
  pictures: Pictures,
  { giveAway = false } = {},
): Promise<Crossing> {
  const numbers = await numbersOf(pictures);
  if (numbers) return crossing(speaker, "pictures", { numbers }, { giveAway });
  const list = (Array.isArray(pictures) ? pictures : [pictures]) as PictureSource[];
  const crossed = await Promise.all(list.map((one) => crossingPicture(speaker, one, giveAway)));
  return {
    value: { sources: crossed.map(({ value }) => value) },
    transfer: crossed.flatMap(({ transfer }) => transfer),
  };
}

async function numbersOf(pictures: Pictures): Promise<Numbers | undefined> {
  if (typeof pictures !== "object" || pictures === null || !("shape" in pictures)) return undefined;
  const { shape, data } = pictures;
  return { shape, data: typeof data === "function" ? await (pictures as Tensor).data() : data };
}

async function crossingPicture(
  speaker: string,
  picture: PictureSource,
  giveAway: boolean,
): Promise<Crossing> {
  if (sizeOf(picture) === undefined) return crossing(speaker, "pictures", picture, { giveAway });
  const drawable = picture as Drawable;
  await loadedSize(drawable);
  const moved = await bitmapOf(drawable, giveAway);
  if (!moved) throw unreadable(drawable);
  return { value: moved, transfer: [moved] };
}

/** The same pixels, to be given away; undefined where the page may not read them. */
async function bitmapOf(source: Drawable, giveAway: boolean): Promise<ImageBitmap | VideoFrame | undefined> {
  const isOwn = "close" in source;
  if (isOwn && giveAway) return source;
  if ("displayWidth" in source) return source.clone();
  const bitmap = await createImageBitmap(source);
  if (isOwn || isReadable(bitmap)) return bitmap;
  bitmap.close();
  return undefined;
}

/** Asked of one pixel: a bitmap of another server's picture could be made, but not sent. */
function isReadable(bitmap: ImageBitmap): boolean {
  const context = new OffscreenCanvas(1, 1).getContext("2d")!;
  context.drawImage(bitmap, 0, 0, 1, 1);
  try {
    context.getImageData(0, 0, 1, 1);
    return true;
  } catch {
    return false;
  }
}
