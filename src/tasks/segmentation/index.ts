/** A class for each pixel: how well pixels are labelled. */
export { ConfusionMatrix, type SegmentationScores } from "./confusion.js";
