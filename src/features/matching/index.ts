export { keepsWhole } from "./agreement.js";
export * from "./descriptors.js";
export * from "./homography.js";
export * from "./ransac.js";
