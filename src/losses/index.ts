export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from "./binary-cross-entropy.js";
export type { IgnoreOptions } from "./class-targets.js";
export { type CrossEntropyOptions, crossEntropy } from "./cross-entropy.js";
export { huber, l1, meanSquaredError, smoothL1 } from "./distances.js";
export { type BinaryFocalOptions, binaryFocal, type FocalOptions, focal } from "./focal.js";
export { type Loss, type LossParts, partsOf } from "./loss.js";
export { binaryHinge, hinge, marginRanking } from "./margins.js";
export { maximumAPosteriori } from "./maximum-a-posteriori.js";
export { l1Penalty, l2Penalty, type Penalty, type PenaltyOptions, regularised } from "./penalties.js";
