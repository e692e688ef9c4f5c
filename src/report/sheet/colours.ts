/** Colours of the sheet: few, and the same for the same thing in every panel. */
export const ink = "#1f2933";
export const muted = "#6b7785";
export const faint = "#e3e7eb";
export const background = "#fcfcfb";
export const blue = "#2563a8";
export const paleBlue = "#bcd2ea";
export const orange = "#d9730d";
export const green = "#2e8b57";
export const red = "#c0392b";

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

export const css = ([r, g, b]: Rgb): string => `rgb(${r},${g},${b})`;

function between(stops: readonly Rgb[], share: number): Rgb {
  const position = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(position), stops.length - 2);
  const t = position - i;
  const mix = (c: 0 | 1 | 2) => Math.round(stops[i][c] * (1 - t) + stops[i + 1][c] * t);
  return [mix(0), mix(1), mix(2)];
}
