export * from "./canny.js";
export * from "./detector.js";
export * from "./filter.js";
export * from "./ground-examples.js";
export * from "./hog.js";
export * from "./hog-classifier.js";
export * from "./hog-classifier-file.js";
export * from "./hog-glyphs.js";
export * from "./kernels.js";
export {
  classify,
  type Descriptors,
  type LinearClassifier,
  type LinearOptions,
  linearScores,
  trainLinear,
} from "./linear-classifier.js";
export * from "./matching/index.js";
export * from "./nearest-kernel.js";
export * from "./nms.js";
export * from "./raster.js";
export * from "./robinson.js";
export * from "./sift/index.js";
export { type Gradient, type GradientOptions, gradientKernels, sobel } from "./sobel.js";
export * from "./surf/index.js";
export * from "./template-matching.js";
