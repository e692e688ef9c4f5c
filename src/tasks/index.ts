/** Whole applications, each a folder: its data, its network, its objective, and what trains and uses them. */
export { type StyleTrainingOptions, styleNetwork, stylise, trainStyle } from "./fast-style/index.js";
export * as pairs from "./pairs/index.js";
export * as speech from "./speech/index.js";
export * as text from "./text/index.js";
