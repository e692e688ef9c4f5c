/** What browsers have for `#pictures`. */
export { decodePicture } from "./decode-browser.js";
export { encodePicture } from "./encode-browser.js";
