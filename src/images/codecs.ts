/** What Node has for `#pictures`. */
export { centreOfJpeg } from "./baseline-jpeg.js";
export { decodePicture, sizeOfPicture } from "./decode.js";
export { encodePicture } from "./encode.js";
export { brightnessBySimd, resizedBySimd } from "./resize-simd.js";
