import { at, axisOf, fill, type Numbers, type Shape, sizeOf } from "./numbers.js";
import { repeated } from "./pointwise.js";

/** The same values in the same order; one extent may be −1: what is left for it. */
export function reshape(x: Numbers, shape: Shape): Numbers {
  const rest = -sizeOf(shape); // the product of the others, where one is −1
  return { shape: shape.map((extent) => (extent === -1 ? x.data.length / rest : extent)), data: x.data };
}

/** y[p[π(0)], p[π(1)], …] = x[p]; without a permutation, the axes in reverse */
export function transpose(
  x: Numbers,
  permutation: Shape = x.shape.map((_, axis) => axis).reverse(),
): Numbers {
  return fill(
    permutation.map((axis) => x.shape[axis]),
    (place) => {
      const source = x.shape.map(() => 0);
      permutation.forEach((axis, k) => {
        source[axis] = place[k];
      });
      return at(x, source);
    },
  );
}

export const broadcastTo = (x: Numbers, shape: Shape): Numbers => fill(shape, (place) => repeated(x, place));

/** The places begin, begin + step, … before end of one axis, by Python's rules for x[begin:end:step]. */
function steps(extent: number, begin: number, end: number, step: number): number[] {
  const [lowest, highest] = step > 0 ? [0, extent] : [-1, extent - 1];
  const clamp = (k: number) => Math.min(Math.max(k < 0 ? k + extent : k, lowest), highest);
  const places: number[] = [];
  for (let k = clamp(begin); step > 0 ? k < clamp(end) : k > clamp(end); k += step) places.push(k);
  return places;
}

export function slice(x: Numbers, begin: Shape, end: Shape, step: Shape = begin.map(() => 1)): Numbers {
  const taken = x.shape.map((extent, axis) => steps(extent, begin[axis], end[axis], step[axis]));
  return fill(
    taken.map((places) => places.length),
    (place) =>
      at(
        x,
        place.map((k, axis) => taken[axis][k]),
      ),
  );
}

/** y[…, i, …] = x[…, extent − 1 − i, …] along each of the axes */
export function flip(x: Numbers, axes: Shape): Numbers {
  const turned = axes.map((axis) => axisOf(axis, x.shape.length));
  return fill(x.shape, (place) =>
    at(
      x,
      place.map((k, axis) => (turned.includes(axis) ? x.shape[axis] - 1 - k : k)),
    ),
  );
}

/** x with [low, high] places of the value before and after it along each axis */
export function pad(
  x: Numbers,
  padding: readonly (readonly [number, number])[],
  { value = 0 } = {},
): Numbers {
  return fill(
    x.shape.map((extent, axis) => padding[axis][0] + extent + padding[axis][1]),
    (place) => {
      const source = place.map((k, axis) => k - padding[axis][0]);
      return source.every((k, axis) => k >= 0 && k < x.shape[axis]) ? at(x, source) : value;
    },
  );
}

/** One after the other along the axis */
export function concat(xs: readonly Numbers[], { axis }: { axis: number }): Numbers {
  const along = axisOf(axis, xs[0].shape.length);
  const extent = xs.reduce((total, x) => total + x.shape[along], 0);
  return fill(
    xs[0].shape.map((e, a) => (a === along ? extent : e)),
    (place) => {
      let k = place[along];
      for (const x of xs) {
        if (k < x.shape[along])
          return at(
            x,
            place.map((p, a) => (a === along ? k : p)),
          );
        k -= x.shape[along];
      }
      throw new Error("past the last one");
    },
  );
}
