import { optionsOf } from "../door/options.js";
import { oneOf } from "../door/rules.js";
import { brightness, type Picture } from "./picture.js";
import { type Region, resample } from "./resample.js";
import { checkSize } from "./resize.js";

/** How {@link prepareImage} makes a picture as large as a model takes it. */
export interface PrepareImageOptions {
  /**
   * How a picture of another aspect ratio fits:
   * "cover" cuts off what sticks out at two sides, the middle stays;
   * "contain" keeps everything and fills the rest with white;
   * "stretch" scales the axes apart.
   */
  fit?: "cover" | "contain" | "stretch";
}

/**
 * Any picture as a network of the given input takes it: resized, cropped, and with the channels that it expects
 * (grey is repeated into red, green and blue; colour becomes brightness).
 *
 * @param size  [h, w, c] of the network's input, c being 1 or 3
 * @returns     of that size, bytes of 0 to 255
 * @throws RangeError if c is another number, or the size is not of whole numbers from 1 on
 */
export function prepareImage(
  picture: Picture,
  [height, width, channels]: readonly [number, number, number],
  options: PrepareImageOptions = {},
): Picture {
  const { fit = "cover" } = optionsOf("prepareImage", options, { fit: oneOf("cover", "contain", "stretch") });
  if (channels !== 1 && channels !== 3)
    throw new RangeError(
      `prepareImage: a picture has 1 or 3 channels, the network's input ${height}×${width}×${channels} has ${channels}`,
    );
  checkSize("prepareImage", { height, width });
  const source =
    channels === 1
      ? { values: brightness(picture), channels: 1 }
      : { values: picture.pixels, channels: picture.channels };
  const size = { height: picture.height, width: picture.width, channels: source.channels };

  const inner = fit === "contain" ? containedSize(picture, { height, width }) : { height, width };
  const region = fit === "cover" ? centralRegion(picture, { height, width }) : undefined;
  const resized = resample(source.values, size, inner, region);

  const pixels = new Uint8Array(height * width * channels).fill(255);
  const top = (height - inner.height) >> 1;
  const left = (width - inner.width) >> 1;
  for (let i = 0; i < inner.height; i++)
    for (let j = 0; j < inner.width; j++)
      for (let c = 0; c < channels; c++) {
        const from = (i * inner.width + j) * source.channels + (source.channels === 1 ? 0 : c);
        pixels[((top + i) * width + left + j) * channels + c] = Math.round(resized[from]);
      }
  return { width, height, channels, pixels };
}

/** The largest part in the middle of the picture that has the target's aspect ratio. */
function centralRegion(picture: Picture, target: { height: number; width: number }): Region {
  const scale = Math.min(picture.height / target.height, picture.width / target.width);
  const [height, width] = [target.height * scale, target.width * scale];
  return { top: (picture.height - height) / 2, left: (picture.width - width) / 2, height, width };
}

/** The picture's size scaled so that it just fits into the target. */
function containedSize(picture: Picture, target: { height: number; width: number }) {
  const scale = Math.min(target.height / picture.height, target.width / picture.width);
  return {
    height: Math.max(1, Math.round(picture.height * scale)),
    width: Math.max(1, Math.round(picture.width * scale)),
  };
}
