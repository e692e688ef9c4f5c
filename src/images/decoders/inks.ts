/**
 * Cyan, magenta, yellow and black as light: each channel is (1 − ink) · (1 − black), rounded as Pillow does. Inks on
 * paper look duller; their profile is not followed.
 */
export function rgbOfInks(inks: Uint8Array, { areInverted }: { areInverted: boolean }): Uint8Array {
  const pixels = new Uint8Array((inks.length / 4) * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4, to += 3) {
    const white = areInverted ? inks[from + 3] : 255 - inks[from + 3];
    for (let c = 0; c < 3; c++) {
      const ink = areInverted ? 255 - inks[from + c] : inks[from + c];
      const product = ink * white + 128;
      pixels[to + c] = white - (((product >> 8) + product) >> 8);
    }
  }
  return pixels;
}
