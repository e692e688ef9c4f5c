export * from "./descriptors.js";
export * from "./homography.js";
