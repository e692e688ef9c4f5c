import { add, compute, gradients, mul, sum, type Tensor } from "../../src/index.js";
import { type Numbers, numbers } from "../textbook/numbers.js";
import { agree, toTensor } from "./close-to.js";
import { step, uniform } from "./random.js";

type Engine = (...xs: Tensor[]) => Tensor;
type Textbook = (...xs: Numbers[]) => Numbers;

const dot = (a: Numbers, b: Numbers) => a.data.reduce((total, value, k) => total + value * b.data[k], 0);

/** x + ε·v */
const moved = (x: Numbers, v: Numbers, epsilon: number): Numbers => ({
  shape: x.shape,
  data: x.data.map((value, k) => value + epsilon * v.data[k]),
});

const replaced = (xs: Numbers[], i: number, x: Numbers) => xs.map((other, k) => (k === i ? x : other));

/** The vector of length 1 along one component. */
function unit(shape: readonly number[], k: number): Numbers {
  const v = numbers(new Float64Array(shape.reduce((a, b) => a * b, 1)), shape);
  v.data[k] = 1;
  return v;
}

/**
 * The directions along which a gradient is looked at: every component of a small tensor, of a larger one four random
 * ones, in each of which every component has its part.
 */
function directionsFor({ shape, data }: Numbers, seed: number): Numbers[] {
  if (data.length <= 120) return Array.from(data, (_, k) => unit(shape, k));
  return [1, 2, 3, 4].map((k) => uniform(shape, { seed: seed + k }));
}

export interface GradientCheck {
  /**
   * Relative to the greatest component of the gradient and to the component itself: a component is a sum of products in
   * f32, whose error is that of its greatest terms.
   */
  rtol?: number;
  seed?: number;
}

/**
 * The engine's gradient of ⟨f(x), u⟩ for a random u, against central differences of the textbook's version in float64,
 * for every input.
 */
export async function checkGradient(
  f: Engine,
  textbook: Textbook,
  inputs: Numbers[],
  { rtol = 1e-4, seed = 77 }: GradientCheck = {},
): Promise<void> {
  const u = uniform(textbook(...inputs).shape, { seed });
  const loss = (...xs: Numbers[]) => dot(textbook(...xs), u);
  const tensors = inputs.map((x) => toTensor(x));
  const analytic = await compute(gradients(sum(mul(f(...tensors), toTensor(u))), tensors));
  inputs.forEach((x, i) => {
    const slopes = directionsFor(x, seed).map((v) => ({
      v,
      slope:
        (loss(...replaced(inputs, i, moved(x, v, step))) - loss(...replaced(inputs, i, moved(x, v, -step)))) /
        (2 * step),
    }));
    compare(analytic[i], x, slopes, rtol, `component of the gradient of input ${i}`);
  });
}

/**
 * Second order: the engine's gradient of ⟨∇⟨f(x), u⟩, v⟩, which is the Hessian times v, against second differences of
 * the textbook's version, for every input.
 */
export async function checkSecondOrder(
  f: Engine,
  textbook: Textbook,
  inputs: Numbers[],
  { rtol = 1e-3, seed = 78 }: GradientCheck = {},
): Promise<void> {
  const h = 1e-3; // second differences divide by h²: 1e-16 / h² and h² are both well below what f32 loses
  const u = uniform(textbook(...inputs).shape, { seed });
  const vs = inputs.map((x, i) => uniform(x.shape, { seed: seed + 100 + i }));
  const loss = (xs: Numbers[]) => dot(textbook(...xs), u);
  const tensors = inputs.map((x) => toTensor(x));
  const first = gradients(sum(mul(f(...tensors), toTensor(u))), tensors);
  const along = first.map((g, i) => sum(mul(g, toTensor(vs[i])))).reduce((a, b) => add(a, b));
  const analytic = await compute(gradients(along, tensors));
  inputs.forEach((x, i) => {
    const slopes = directionsFor(x, seed).map((v) => {
      const corner = (s: number, t: number) =>
        loss(
          inputs.map((other, k) => {
            const there = moved(other, vs[k], s * h);
            return k === i ? moved(there, v, t * h) : there;
          }),
        );
      return { v, slope: (corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / (4 * h * h) };
    });
    compare(analytic[i], x, slopes, rtol, `component of the second gradient of input ${i}`);
  });
}

/** The gradient's component along each direction against the slope found there. */
function compare(
  gradient: ArrayLike<number>,
  x: Numbers,
  slopes: { v: Numbers; slope: number }[],
  rtol: number,
  what: string,
): void {
  const everyComponent = slopes.length === x.data.length;
  const expected = numbers(
    slopes.map(({ slope }) => slope),
    everyComponent ? x.shape : [slopes.length],
  );
  const g = numbers(gradient, x.shape);
  const actual = everyComponent ? g.data : slopes.map(({ v }) => dot(g, v));
  const greatest = expected.data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  agree(actual, expected, { rtol, atol: rtol * greatest + 1e-5 }, what);
}
