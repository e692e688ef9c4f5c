/** How numbers are shown, as text and as colour: functions without state, on any host, that need nothing else of the library. */
export { bytes, count, duration, imageRate, minus, percent, significant } from "./numbers.js";
export { categorical, diverging, heat, hex, inkOn, type Rgb, shadeOf, signed } from "./palettes.js";
