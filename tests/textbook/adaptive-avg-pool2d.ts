import { at, fill, type Numbers } from "./numbers.js";
import { type Pair, pairOf } from "./windows.js";

/** y[n,i,j,c] = mean of x over rows ⌊i·H/H'⌋ up to ⌈(i+1)·H/H'⌉, without the last, and columns likewise */
export function adaptiveAvgPool2d(x: Numbers, size: Pair): Numbers {
  const [n, h, w, channels] = x.shape;
  const [height, width] = pairOf(size);
  return fill([n, height, width, channels], ([m, i, j, c]) => {
    let [total, count] = [0, 0];
    for (let a = Math.floor((i * h) / height); a < Math.ceil(((i + 1) * h) / height); a++)
      for (let b = Math.floor((j * w) / width); b < Math.ceil(((j + 1) * w) / width); b++) {
        total += at(x, [m, a, b, c]);
        count += 1;
      }
    return total / count;
  });
}
