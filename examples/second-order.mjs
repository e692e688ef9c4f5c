// Gradients of gradients: Newton's method finds where a function is lowest, with the second derivatives that `grad` gives
// of what `grad` gave.
//
// Prints: the lowest point is (1.0000, 1.0000)
import { add, compute, grad, mul, slice, square, sub, sum, tensor } from "receptive";

/** Rosenbrock's valley: (1 − x)² + 100 (y − x²)². */
const valley = (p) => {
  const [x, y] = [slice(p, [0], [1]), slice(p, [1], [2])];
  return sum(add(square(sub(1, x)), mul(100, square(sub(y, square(x))))));
};
const slope = grad(valley);
/** A column of the matrix of second derivatives: the slope of a part of the slope. */
const column = (i) => grad((p) => sum(mul(slope(p), tensor([Number(i === 0), Number(i === 1)]))));

let point = Float32Array.of(-1.2, 1);
for (let i = 0; i < 12; i++) {
  const p = tensor(point);
  const [g, [a, b], [c, d]] = await compute([slope(p), column(0)(p), column(1)(p)]);
  const determinant = a * d - b * c;
  point = Float32Array.of(
    point[0] - (d * g[0] - c * g[1]) / determinant,
    point[1] - (a * g[1] - b * g[0]) / determinant,
  );
  console.log(`(${[...point].map((x) => x.toFixed(4)).join(", ")})`);
}
console.log(`the lowest point is (${[...point].map((x) => x.toFixed(4)).join(", ")})`);
