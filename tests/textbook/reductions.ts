import { at, axisOf, fill, type Numbers } from "./numbers.js";

export interface Reduction {
  axis?: number | number[];
  keepDims?: boolean;
}

/** y[place] = f(the values of x that agree with place in every axis that is kept), in row order */
const reduction =
  (f: (values: number[]) => number) =>
  (x: Numbers, { axis, keepDims = false }: Reduction = {}): Numbers => {
    const rank = x.shape.length;
    const gone = (axis === undefined ? x.shape.map((_, a) => a) : [axis].flat()).map((a) => axisOf(a, rank));
    const kept = x.shape.map((extent, a) => (gone.includes(a) ? 1 : extent));
    const window = x.shape.map((extent, a) => (gone.includes(a) ? extent : 1));
    const y = fill(kept, (place) => {
      const values: number[] = [];
      fill(window, (inside) =>
        values.push(
          at(
            x,
            place.map((p, a) => p + inside[a]),
          ),
        ),
      );
      return f(values);
    });
    return keepDims ? y : { shape: kept.filter((_, a) => !gone.includes(a)), data: y.data };
  };

const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
const average = (values: number[]) => total(values) / values.length;

export const sum = reduction(total);
export const mean = reduction(average);
export const max = reduction((values) => values.reduce((a, b) => Math.max(a, b))); // NaN if one of them is
export const min = reduction((values) => values.reduce((a, b) => Math.min(a, b)));

/** The mean square of the distance from the mean: divided by the count, not by the count less one. */
export const variance = reduction((values) => {
  const middle = average(values);
  return average(values.map((v) => (v - middle) ** 2));
});

/** The place of the greatest value along one axis; among equals the first. */
export const argmax: (x: Numbers, options: { axis: number; keepDims?: boolean }) => Numbers = reduction(
  (values) => values.reduce((best, v, k) => (v > values[best] ? k : best), 0),
);

/** (x − mean) / √(variance + ε) over the given axes */
export function normalise(
  x: Numbers,
  { axis, epsilon = 1e-5 }: { axis: number | number[]; epsilon?: number },
): Numbers {
  const [middle, spread] = [mean(x, { axis, keepDims: true }), variance(x, { axis, keepDims: true })];
  const of = (statistic: Numbers, place: readonly number[]): number =>
    at(
      statistic,
      place.map((p, a) => (statistic.shape[a] === 1 ? 0 : p)),
    );
  return fill(
    x.shape,
    (place) => (at(x, place) - of(middle, place)) / Math.sqrt(of(spread, place) + epsilon),
  );
}

/** y[…, i] = max over j of x[…, i·pieces + j] */
export function maxout(x: Numbers, pieces: number): Numbers {
  const channels = x.shape[x.shape.length - 1] / pieces;
  return max({ shape: [...x.shape.slice(0, -1), channels, pieces], data: x.data }, { axis: -1 });
}
