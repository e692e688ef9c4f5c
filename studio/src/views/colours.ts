/** Values as colours: signed, from 0 on, and pictures. Stops are even steps of CIE lightness, both arms alike. */
import { heat, type Rgb, signed } from "../../../src/formatting/palettes.js";

export type Theme = "light" | "dark";
/** ink: of pixels from 0, paper, to 1. */
export type Scale = "signed" | "heat" | "picture" | "ink";

/** @param range  the value at the end of the scale, greater than 0 */
export function colourOf(scale: Scale, value: number, range: number, theme: Theme): Rgb {
  if (Number.isNaN(value)) return [128, 128, 128];
  if (scale === "signed") return signed(value / range, theme);
  if (scale === "heat") return heat(value / range);
  const share = Math.min(Math.max(value / range, 0), 1);
  const grey = Math.round(255 * (scale === "ink" ? 1 - share : share));
  return [grey, grey, grey];
}

/** Black or white, whichever contrasts more: never below 4.5:1. */
export function inkOn([red, green, blue]: Rgb): "#000" | "#fff" {
  const linear = (byte: number) => (byte <= 10.31 ? byte / 3294.6 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  const light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return light > 0.179 ? "#000" : "#fff";
}

export const css = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

/** For a legend: the scale from its least to its greatest value. */
export function gradientOf(scale: Scale, theme: Theme): string {
  const from = scale === "signed" ? -1 : 0;
  const stops = Array.from({ length: 11 }, (_, i) =>
    css(colourOf(scale, from + ((1 - from) * i) / 10, 1, theme)),
  );
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
