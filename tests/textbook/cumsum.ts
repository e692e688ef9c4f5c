import { at, axisOf, fill, type Numbers } from "./numbers.js";

/** y[…, i, …] = Σ over j of x[…, j, …], j up to i or from it on, i itself left out where `exclusive` */
export function cumsum(
  x: Numbers,
  { axis, exclusive = false, reverse = false }: { axis: number; exclusive?: boolean; reverse?: boolean },
): Numbers {
  const along = axisOf(axis, x.shape.length);
  return fill(x.shape, (place) => {
    const i = place[along];
    let total = 0;
    for (let j = 0; j < x.shape[along]; j++) {
      const counts = j === i ? !exclusive : reverse ? j > i : j < i;
      if (counts) total += at(x, place.with(along, j));
    }
    return total;
  });
}
