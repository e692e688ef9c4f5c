/** What Node has for `#pictures`. */
export { decodePicture, holdPicture } from "./decode.js";
export { encodePicture } from "./encode.js";
