/** A photographed page of digits, cut into pictures. Loaded with the first page. */
import { data } from "receptive";
import { findDigits } from "../../../../src/images/find-digits.js";
import { isPicture, kindOf } from "./file-kinds.js";

/** @throws one sentence: no picture, or no digit on it */
export async function digitsOfSheet(file: Blob, name: string): Promise<Uint8Array[]> {
  const kind = await kindOf(file);
  if (!isPicture(kind))
    throw new Error(`${name} is ${kind}, not a picture. PNG, JPEG, WebP, GIF and AVIF can be read.`);
  const picture = await data.pictureFrom(file, { channels: 3 });
  const [, height, width, channels] = picture.shape;
  const pixels = (await picture.data()) as unknown as Uint8Array;
  const found = findDigits({ height, width, channels: channels as 3, pixels });
  if (found.length === 0)
    throw new Error(
      `No digit stands out on ${name}: a dark pen on light paper, and light from one side at most.`,
    );
  return found.map(({ digit }) => digit.pixels);
}
