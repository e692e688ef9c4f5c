/** What browsers have for `#pictures`. */
export { decodePicture, sizeOfPicture } from "./decode-browser.js";
export { encodePicture } from "./encode-browser.js";

/** Loops do: a page would load the vectors with the first picture that it shows. */
export const brightnessBySimd = (): undefined => undefined;
export const resizedBySimd = (): undefined => undefined;
/** The browser's own decoder does. */
export const centreOfJpeg = (): undefined => undefined;
