/** Numbers in another order of their axes. */

/** @param order  which of the old axes each new one is */
export function fromRowMajor(values, shape, order) {
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((n, size) => n * size, 1));
  const newShape = order.map((d) => shape[d]);
  const newStrides = order.map((d) => strides[d]);
  const result = new Float32Array(values.length);
  const place = newShape.map(() => 0);
  let from = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = values[from];
    for (let d = newShape.length - 1; d >= 0; d--) {
      from += newStrides[d];
      if (++place[d] < newShape[d]) break;
      from -= newStrides[d] * newShape[d];
      place[d] = 0;
    }
  }
  return { values: result, shape: newShape };
}
