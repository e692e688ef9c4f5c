import { at, fill, type Numbers, numbers, type Shape } from "./numbers.js";

/** Shapes are aligned at their last axes; an axis of 1, or one that is missing, is repeated. */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) throw new Error(`${a.join("×")} and ${b.join("×")} do not broadcast`);
    return m === 1 ? n : m;
  });
}

/** x[place] of an x that is repeated along its axes of 1 and in front. */
export function repeated(x: Numbers, place: readonly number[]): number {
  return at(
    x,
    x.shape.map((extent, axis) => (extent === 1 ? 0 : place[axis + place.length - x.shape.length])),
  );
}

export const asNumbers = (x: Numbers | number): Numbers => (typeof x === "number" ? numbers([x], []) : x);

/** y[place] = f(a[place], b[place]) */
export const binary =
  (f: (a: number, b: number) => number) =>
  (a: Numbers | number, b: Numbers | number): Numbers => {
    const [left, right] = [asNumbers(a), asNumbers(b)];
    return fill(broadcastShape(left.shape, right.shape), (place) =>
      f(repeated(left, place), repeated(right, place)),
    );
  };

/** y[place] = f(x[place]) */
const unary =
  (f: (x: number) => number) =>
  (x: Numbers): Numbers => ({ shape: x.shape, data: x.data.map(f) });

export const add = binary((a, b) => a + b);
export const sub = binary((a, b) => a - b);
export const mul = binary((a, b) => a * b);
export const div = binary((a, b) => a / b);
export const maximum = binary((a, b) => Math.max(a, b)); // NaN if one of them is, as NumPy
export const minimum = binary((a, b) => Math.min(a, b));
export const pow = binary((a, b) => a ** b);

export const neg = unary((x) => -x);
export const abs = unary((x) => Math.abs(x));
export const square = unary((x) => x * x);
export const sqrt = unary((x) => Math.sqrt(x));
export const exp = unary((x) => Math.exp(x));
export const log = unary((x) => Math.log(x));
export const sign = unary((x) => Math.sign(x));

export const relu = unary((x) => Math.max(x, 0));
export const leakyRelu = (x: Numbers, slope = 0.01): Numbers => unary((v) => (v >= 0 ? v : slope * v))(x);
/** α(eˣ − 1) below 0 */
export const elu = (x: Numbers, alpha = 1): Numbers => unary((v) => (v >= 0 ? v : alpha * Math.expm1(v)))(x);
/** slope · x below 0, with a slope for each of the last axis or one for all */
export const prelu = (x: Numbers, slope: Numbers): Numbers =>
  binary((v, s) => (v >= 0 ? v : s * v))(x, slope);
/** λ·x above 0, λα(eˣ − 1) below */
export const selu = unary((x) => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x)));
/** x / (1 + e^−x) */
export const silu = unary((x) => x / (1 + Math.exp(-x)));
/** A · tanh(S · x) */
export const scaledTanh = (x: Numbers, { amplitude = 1.7159, slope = 2 / 3 } = {}): Numbers =>
  unary((v) => amplitude * Math.tanh(slope * v))(x);
export const sigmoid = unary((x) => 1 / (1 + Math.exp(-x)));
export const tanh = unary((x) => Math.tanh(x));
/** log(1 + eˣ), written so that e to the power of a great x is never taken */
export const softplus = unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));

/** low where x is below it, high where x is above it */
export const clip = (x: Numbers, low: number, high: number): Numbers =>
  unary((v) => Math.min(Math.max(v, low), high))(x);

export const stopGradient = unary((x) => x);
