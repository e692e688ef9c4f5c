/** Whole applications, each a folder: its data, its network, its objective, and what trains and uses them. */
export * as annotations from "./annotations/index.js";
export * as captions from "./captions/index.js";
export * as detection from "./detection/index.js";
export { type StyleTrainingOptions, styleNetwork, stylise, trainStyle } from "./fast-style/index.js";
export * as localisation from "./localisation/index.js";
export * as pairs from "./pairs/index.js";
export * as segmentation from "./segmentation/index.js";
export * as shapes from "./shapes/index.js";
export * as speech from "./speech/index.js";
export * as text from "./text/index.js";
