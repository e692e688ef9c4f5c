import { at, fill, type Numbers } from "./numbers.js";

/** y[…, i] = x[…, i] / (k + α · Σ_j x[…, j]²)^β over the channels j from i − ⌊n/2⌋ to i + ⌊(n−1)/2⌋ that exist */
export function localResponseNorm(
  x: Numbers,
  { size = 5, k = 2, alpha = 1e-4, beta = 0.75, average = false } = {},
): Numbers {
  const channels = x.shape[x.shape.length - 1];
  return fill(x.shape, (place) => {
    const i = place[place.length - 1];
    let squares = 0;
    for (let j = i - Math.floor(size / 2); j <= i + Math.floor((size - 1) / 2); j++)
      if (j >= 0 && j < channels) squares += at(x, [...place.slice(0, -1), j]) ** 2;
    return at(x, place) / (k + (average ? alpha / size : alpha) * squares) ** beta;
  });
}
