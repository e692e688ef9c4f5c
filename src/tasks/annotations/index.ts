/** Pictures with what is in them: boxes, masks, captions, maps of labels; read and written in the formats that people have. */
export {
  type AnnotatedObject,
  type AnnotatedPicture,
  type AnnotationFault,
  type Annotations,
  annotationsOf,
  type GivenObject,
  type GivenPicture,
} from "./annotated.js";
export { type BoxExampleOptions, type BoxExamples, boxExamples } from "./box-examples.js";
export {
  type AnnotationCounts,
  type AnnotationReport,
  type CheckAnnotationsOptions,
  checkAnnotations,
} from "./check.js";
export type { PictureFit } from "./fitted.js";
export { type LabelMap, type LabelOptions, labelPng, readLabels, vocPalette } from "./labels.js";
export { type MaskExampleOptions, type MaskExamples, maskExamples } from "./mask-examples.js";
export {
  countsOf,
  maskPixels,
  type ObjectMask,
  type Outlines,
  packedCounts,
  type Runs,
  runsOf,
} from "./masks.js";
export { type AnnotationForm, annotationForm, openAnnotations } from "./open.js";
export type { AnnotationParts, OpenAnnotationsOptions } from "./opening.js";
export { type PixelLabelOptions, type PixelLabels, pixelLabels } from "./pixel-labels.js";
export type { WindowFit } from "./windows.js";
export {
  type AnnotationFile,
  annotationFiles,
  type WrittenAnnotations,
  type WrittenForm,
  writeAnnotations,
} from "./written.js";
