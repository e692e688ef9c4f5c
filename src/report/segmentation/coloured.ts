/** Classes of pixels as colours over a picture. */
import type { Picture } from "../../images/picture.js";
import { withChannels } from "../../images/preprocessing.js";

/** How much of a pixel is the colour of its class. */
const usualShare = 0.6;

/**
 * A picture under the colours of its pixels' classes, `share` of each pixel. Pixels whose label has no colour, as those that do
 * not count, stay as they are.
 */
export function coloured(
  picture: Picture,
  { labels, palette }: { labels: ArrayLike<number>; palette: Uint8Array },
  share = usualShare,
): Picture {
  const { width, height, pixels } = withChannels(picture, 3);
  const mixed = Uint8Array.from(pixels);
  for (let at = 0; at < width * height; at++) {
    const colour = 3 * labels[at];
    if (colour + 2 >= palette.length) continue;
    for (let c = 0; c < 3; c++)
      mixed[3 * at + c] = Math.round((1 - share) * pixels[3 * at + c] + share * palette[colour + c]);
  }
  return { width, height, channels: 3, pixels: mixed };
}

/** A class's colour as CSS has it. */
export const colourOf = (palette: Uint8Array, label: number): string =>
  `rgb(${palette.slice(3 * label, 3 * label + 3).join(",")})`;
