/** What Node has for `#pictures`. */
export { decodePicture } from "./decode.js";
export { encodePicture } from "./encode.js";
