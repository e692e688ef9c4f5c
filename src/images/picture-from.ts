/** Pictures as pages and programs have them, as tensors. */
import type { Tensor } from "../tensor/tensor.js";
import type { Drawable } from "./drawn.js";

/** What `ImageData` is, in Node too. */
export interface PixelData {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel. */
  readonly data: ArrayLike<number>;
}

/** A picture file is a Blob, a File, or its bytes. */
export type PictureSource = PixelData | Drawable | Blob | ArrayBuffer | Uint8Array;

/** What the tensor of {@link pictureFrom} looks like. */
export interface PictureFromOptions {
  /** 3: red, green, blue, the usual; 1: brightness. */
  channels?: 1 | 3;
  /** What the pictures are resized to, height and width, such as a model's input; as they are if left out. */
  size?: readonly [height: number, width: number];
  /** How a picture of another aspect ratio fits: see `PrepareImageOptions`; "cover" if left out. */
  fit?: "cover" | "contain" | "stretch";
}

/**
 * A picture, or several of one size, as models take them: bytes of 0 (black) to 255, on white where it is transparent.
 *
 * @param source  in a page ImageData, a canvas (or an OffscreenCanvas), an ImageBitmap, an `<img>`, a `<video>` (its
 *     frame of this moment), a VideoFrame; a picture file as Blob, File or bytes, in Node too; or a list of these
 * @returns       N×H×W×C, u8
 * @throws TypeError   where it is nothing of these, or no picture that can be read
 * @throws RangeError  where the pictures are of several sizes and none is asked for
 */
export async function pictureFrom(
  source: PictureSource | readonly PictureSource[],
  options: PictureFromOptions = {},
): Promise<Tensor> {
  // A page that only trains does without.
  const { pictureTensor } = await import("./picture-tensor.js");
  return pictureTensor(source, options);
}
