/** Painting photographs in the manner of a picture in one go: data, network, objective, and their training. */
export { photographs } from "./data.js";
export { styleNetwork, stylise } from "./model.js";
export { type PerceptualWeights, perceptual } from "./objective.js";
export { type StyleTrainingOptions, trainStyle } from "./train.js";
