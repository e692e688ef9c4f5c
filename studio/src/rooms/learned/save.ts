/** A picture as a file. */
import type { Frame } from "../../engine/network/painting.js";
import { download } from "../../files/download.js";
import { did } from "../../state/deeds.js";

export async function savePicture({ shape, pixels }: Frame, name: string): Promise<void> {
  const [, height, width, channels] = shape;
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 4; c++)
      image.data[4 * i + c] = c === 3 ? 255 : Math.round(pixels[i * channels + (channels === 1 ? 0 : c)]);
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  did("saved");
  download(await canvas.convertToBlob({ type: "image/png" }), `${name}.png`);
}
