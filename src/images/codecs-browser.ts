/** What browsers have for `#pictures`. */
export { decodePicture, holdPicture } from "./decode-browser.js";
export { encodePicture } from "./encode-browser.js";
