import { at, axisOf, fill, type Numbers } from "./numbers.js";

/** y[front…, i…, back…] = x[front…, indices[i…], back…]: the axis makes room for the axes of the indices */
export function gather(x: Numbers, indices: Numbers, { axis = 0 } = {}): Numbers {
  const along = axisOf(axis, x.shape.length);
  const width = indices.shape.length;
  const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
  return fill(shape, (place) =>
    at(x, [
      ...place.slice(0, along),
      at(indices, place.slice(along, along + width)),
      ...place.slice(along + width),
    ]),
  );
}
