/** What Node has for `#pictures`. */
export { centreOfJpeg } from "./baseline-jpeg.js";
export { decodePicture } from "./decode.js";
export { encodePicture } from "./encode.js";
export { brightnessBySimd, resizedBySimd } from "./resize-simd.js";
