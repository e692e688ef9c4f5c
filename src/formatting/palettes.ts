/** Palettes: a number becomes a colour. What is no number is middle grey. */

/** Bytes of 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** ColorBrewer's RdBu, turned so that blue is negative and red positive; white in the middle. */
const redBlue: readonly Rgb[] = [
  [5, 48, 97],
  [33, 102, 172],
  [67, 147, 195],
  [146, 197, 222],
  [209, 229, 240],
  [255, 255, 255],
  [253, 219, 199],
  [244, 165, 130],
  [214, 96, 77],
  [178, 24, 43],
  [103, 0, 31],
];

/** A colour for −1..1: blue below zero, white at zero, red above. */
export const diverging = (value: number): Rgb => between(redBlue, (value + 1) / 2);

/** A colour for 0..1: from white to the colour of the diagonal, blue, or of errors, red. */
export const shadeOf = (hue: "blue" | "red", share: number): Rgb =>
  between(
    hue === "blue"
      ? [
          [255, 255, 255],
          [158, 197, 230],
          [37, 99, 168],
        ]
      : [
          [255, 255, 255],
          [246, 178, 160],
          [192, 57, 43],
        ],
    share,
  );

/** matplotlib's inferno at even steps, by S. van der Walt and N. Smith: black, purple, orange, pale yellow. */
const inferno: readonly Rgb[] = [
  [0, 0, 4],
  [31, 12, 72],
  [85, 15, 109],
  [136, 34, 106],
  [186, 54, 85],
  [227, 89, 51],
  [249, 140, 10],
  [249, 201, 50],
  [252, 255, 164],
];

/** A colour for 0..1: from black to bright, evenly brighter to the eye. */
export const heat = (share: number): Rgb => between(inferno, share);

/** Okabe, Ito: colours that people with any colour vision tell apart; then paler ones. */
const categories: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [86, 180, 233],
  [213, 94, 0],
  [240, 228, 66],
  [150, 150, 150],
  [140, 100, 60],
  [170, 200, 160],
];

/** A colour for a class, by its number from 0 on: ten of them, over and over. */
export const categorical = (index: number): Rgb =>
  categories[((index % categories.length) + categories.length) % categories.length] ?? noNumber;

const noNumber: Rgb = [128, 128, 128];

function between(stops: readonly Rgb[], share: number): Rgb {
  if (Number.isNaN(share)) return noNumber;
  const position = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(position), stops.length - 2);
  const t = position - i;
  const mix = (c: 0 | 1 | 2) => Math.round(stops[i][c] * (1 - t) + stops[i + 1][c] * t);
  return [mix(0), mix(1), mix(2)];
}
