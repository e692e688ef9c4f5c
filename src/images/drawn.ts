/** The pixels of what a page can draw. Nothing of the page is asked for before the first picture. */
import { said } from "../door/said.js";
import type { Picture } from "./picture.js";

export type Drawable =
  | HTMLCanvasElement
  | HTMLImageElement
  | HTMLVideoElement
  | ImageBitmap
  | OffscreenCanvas
  | VideoFrame;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Its size in pixels; undefined where it is nothing that a canvas draws. */
export function sizeOf(source: unknown): Size | undefined {
  switch (Object.prototype.toString.call(source).slice("[object ".length, -1)) {
    case "HTMLCanvasElement":
    case "OffscreenCanvas":
    case "ImageBitmap": {
      const { width, height } = source as ImageBitmap;
      return { width, height };
    }
    case "HTMLImageElement": {
      const { naturalWidth, naturalHeight } = source as HTMLImageElement;
      return { width: naturalWidth, height: naturalHeight };
    }
    case "HTMLVideoElement": {
      const { videoWidth, videoHeight } = source as HTMLVideoElement;
      return { width: videoWidth, height: videoHeight };
    }
    case "VideoFrame": {
      const { displayWidth, displayHeight } = source as VideoFrame;
      return { width: displayWidth, height: displayHeight };
    }
  }
  return undefined;
}

/**
 * On white, as a canvas draws it. Of an `<img>` that is still loading the end is waited for.
 * @throws TypeError  one line: it has no pixels (not loaded, closed), or the page may not read them
 */
export async function drawn(source: Drawable): Promise<Picture> {
  const { width, height } = await loadedSize(source);
  const context = canvasOf(width, height);
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  let data: Uint8ClampedArray;
  try {
    data = context.getImageData(0, 0, width, height).data;
  } catch (error) {
    if ((error as Error).name !== "SecurityError") throw error;
    throw unreadable(source);
  }
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < pixels.length; from += 4) {
    pixels[to++] = data[from];
    pixels[to++] = data[from + 1];
    pixels[to++] = data[from + 2];
  }
  return { width, height, channels: 3, pixels };
}

/**
 * Its size, once it is loaded.
 * @throws TypeError  one line: it has no pixels (not loaded, closed)
 */
export async function loadedSize(source: Drawable): Promise<Size> {
  if ("naturalWidth" in source) await source.decode().catch(() => undefined);
  const size = sizeOf(source)!;
  if (size.width === 0 || size.height === 0)
    throw new TypeError(`data.pictureFrom: the source is ${said(source)} without pixels${whyEmpty(source)}`);
  return size;
}

/** Of pictures whose pixels are no business of this page's. */
export const unreadable = (source: Drawable): TypeError =>
  new TypeError(
    `data.pictureFrom: the page may not read the pixels of ${said(source)}: it comes from another server, which must allow it (Access-Control-Allow-Origin), and be asked so (crossorigin="anonymous")`,
  );

function whyEmpty(source: Drawable): string {
  if ("naturalWidth" in source) return source.src ? ": it cannot be loaded" : ": it has no src";
  if ("videoWidth" in source) return ": it has no frame yet";
  return "displayWidth" in source ? ": it is closed" : "";
}

export function canvasOf(
  width: number,
  height: number,
): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D {
  const how = { willReadFrequently: true } as const;
  if (globalThis.OffscreenCanvas) return new OffscreenCanvas(width, height).getContext("2d", how)!;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return canvas.getContext("2d", how) as CanvasRenderingContext2D;
}
