import type { Rgb } from "./palettes.js";

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

export const css = ([r, g, b]: Rgb): string => `rgb(${r},${g},${b})`;
