export * from "./homography.js";
export * from "./matching.js";
export { type Keypoint, type SiftFeatures, type SiftOptions, sift } from "./sift.js";
