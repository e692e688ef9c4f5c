export { type Keypoint, type SiftFeatures, type SiftOptions, sift } from "./sift.js";
