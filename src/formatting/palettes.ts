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

/** Even steps of CIE lightness on either side, as dark at −v as at v, so that a print in grey still shows sizes. */
const signs: { readonly [theme in "light" | "dark"]: readonly Rgb[] } = {
  light: [
    [0, 54, 125],
    [0, 90, 180],
    [46, 131, 220],
    [107, 173, 241],
    [176, 214, 251],
    [255, 255, 255],
    [250, 199, 178],
    [237, 145, 115],
    [212, 92, 67],
    [174, 42, 33],
    [121, 0, 17],
  ],
  dark: [
    [175, 221, 255],
    [88, 182, 252],
    [43, 140, 217],
    [36, 101, 162],
    [37, 65, 99],
    [26, 32, 38],
    [97, 50, 46],
    [158, 72, 58],
    [213, 103, 74],
    [250, 147, 110],
    [255, 204, 182],
  ],
};

/**
 * A colour for −1..1 on a screen: blue below zero, red above. Zero is the surface that it lies on: white, or in a dark
 * theme nearly black, and both ends rise from it.
 */
export const signed = (value: number, theme: "light" | "dark" = "light"): Rgb =>
  between(signs[theme], (value + 1) / 2);

/** A colour for −1..1 on sheets: blue below zero, white at zero, red above. */
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

/** `#b2182b` */
export const hex = (colour: Rgb): string =>
  `#${colour.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;

/** Black or white, whichever is read better on a colour: never below 4.58 to 1 (WCAG 2.2). */
export const inkOn = (colour: Rgb): Rgb => (luminance(colour) > 0.179 ? [0, 0, 0] : [255, 255, 255]);

/** Relative luminance of sRGB, 0 to 1. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((byte) =>
    byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const noNumber: Rgb = [128, 128, 128];

function between(stops: readonly Rgb[], share: number): Rgb {
  if (Number.isNaN(share)) return noNumber;
  const position = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(position), stops.length - 2);
  const t = position - i;
  const mix = (c: 0 | 1 | 2) => Math.round(stops[i][c] * (1 - t) + stops[i + 1][c] * t);
  return [mix(0), mix(1), mix(2)];
}
