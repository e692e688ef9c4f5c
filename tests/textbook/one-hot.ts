import { at, fill, type Numbers } from "./numbers.js";

/** y[i…, k] = 1 if labels[i…] is k, else 0; a label that is no class gives a row of zeros */
export const oneHot = (labels: Numbers, classes: number): Numbers =>
  fill([...labels.shape, classes], (place) => (at(labels, place) === place[place.length - 1] ? 1 : 0));
