export { crossEntropy } from "./cross-entropy.js";
export { l1, meanSquaredError } from "./distances.js";
export type { Loss } from "./loss.js";
export { maximumAPosteriori } from "./maximum-a-posteriori.js";
