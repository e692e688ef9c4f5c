import { fill, type Numbers } from "./numbers.js";
import { broadcastShape, repeated } from "./pointwise.js";

/** y[…, m, n] = Σ_k a[…, m, k] · b[…, k, n]; the axes in front broadcast */
export function matmul(a: Numbers, b: Numbers): Numbers {
  const [m, depth] = a.shape.slice(-2);
  const [rows, n] = b.shape.slice(-2);
  if (depth !== rows) throw new Error(`${depth} columns against ${rows} rows`);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return fill([...batch, m, n], (place) => {
    const [front, [i, j]] = [place.slice(0, -2), place.slice(-2)];
    let total = 0;
    for (let k = 0; k < depth; k++) total += repeated(a, [...front, i, k]) * repeated(b, [...front, k, j]);
    return total;
  });
}
