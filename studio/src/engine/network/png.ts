/** Pixels as a picture file; loaded when the first is made. */
import type { DataInfo } from "./protocol.js";

/** @param pixels  H×W×C, 0 to 255, of one channel or three */
export async function pngOf(
  pixels: Uint8Array,
  [height, width, channels]: DataInfo["shape"],
): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  for (let at = 0; at < height * width; at++)
    for (let c = 0; c < 4; c++)
      image.data[4 * at + c] = c === 3 ? 255 : pixels[at * channels + (channels === 3 ? c : 0)];
  context.putImageData(image, 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
}
