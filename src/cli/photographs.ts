/** Photographs between files and methods that paint on them. */
import type { Picture } from "../images/picture.js";
import { prepareImage } from "../images/prepare-image.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";

/** With its longer edge at most so long, and as many channels. */
export function fittedPicture(
  picture: Picture,
  { edge, channels }: { edge: number; channels: number },
): Picture {
  const scale = Math.min(1, edge / Math.max(picture.height, picture.width));
  const size = [picture.height, picture.width].map((n) => Math.max(1, Math.round(n * scale)));
  return prepareImage(picture, [size[0], size[1], channels], { fit: "stretch" });
}

/** 1×H×W×C, pixels of 0 to 255. */
export const pixelsOfPicture = ({ pixels, height, width, channels }: Picture): Tensor =>
  tensor(pixels, [1, height, width, channels]);

export function pictureOfPixels(pixels: Tensor): Picture {
  const [, height, width, channels] = pixels.shape;
  return {
    height,
    width,
    channels: channels === 3 ? 3 : 1,
    pixels: Uint8Array.from(pixels.own!, Math.round),
  };
}
