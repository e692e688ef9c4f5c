/** Pictures as bytes of files, as the browser's canvas writes them. */
import { canvasOf } from "./drawn.js";
import type { Picture } from "./picture.js";
import { PictureError } from "./picture-error.js";
import type { PictureFormat } from "./write.js";

/** @throws PictureError  one line, beginning with `name`: the browser does not write this format */
export async function encodePicture(
  { width, height, channels, pixels }: Picture,
  format: PictureFormat,
  name: string,
): Promise<Uint8Array> {
  const context = canvasOf(width, height);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[channels * i + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  const how = { type: `image/${format}`, quality: 0.92 };
  const { canvas } = context;
  const blob =
    "convertToBlob" in canvas
      ? await canvas.convertToBlob(how)
      : await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, how.type, how.quality));
  // What a browser does not know it writes as PNG.
  if (blob?.type !== how.type)
    throw new PictureError(`${name}: this browser does not write ${format} pictures; it writes png`);
  return new Uint8Array(await blob.arrayBuffer());
}
