/** What networks are trained for: an objective each. */
export { type AnchoredBoxesOptions, anchoredBoxes, boxesFound } from "./anchored-boxes.js";
export { type Corners, type Found, meanAveragePrecision, type Truth } from "./average-precision.js";
export { classification, type FieldNames } from "./classification.js";
export { type NextTokensOptions, nextTokens } from "./next-tokens.js";
export { type PairRankingOptions, pairRanking } from "./pair-ranking.js";
export { reconstruction } from "./reconstruction.js";
export { regression } from "./regression.js";
export { segmentation } from "./segmentation.js";
export { type NamedLoss, several } from "./several.js";
