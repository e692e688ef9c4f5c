/**
 * Where training starts from. An initialiser is data, so that a model's description holds it:
 *
 *     nn.conv2d({ filters: 96, kernel: 11, initialiser: { normal: 0.01 } })
 *
 * Glorot: var = 2 / (fanIn + fanOut). Glorot, Bengio: Understanding the Difficulty of Training Deep Feedforward
 *   Neural Networks, AISTATS 2010, equation 16 (uniform) and 12.
 * He: var = 2 / fanIn, for rectifiers. He, Zhang, Ren, Sun: Delving Deep into Rectifiers, ICCV 2015, equation 10.
 * LeCun: var = 1 / fanIn. LeCun, Bottou, Orr, Müller: Efficient BackProp, 1998, equation 16.
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, 1998, appendix A: uniform
 *   over ±2.4 / fanIn.
 *
 * A uniform distribution over ±a has the variance a² / 3. Normal ones are not truncated.
 */

import { checkArgument } from "../door/argument.js";
import { recordOf } from "../door/rules.js";
import { utf8Bytes } from "../formats/utf8.js";
import { RandomStream } from "../random/threefry.js";
import { checkedShape, type Shape, sizeOf } from "../tensor/shapes.js";

/** From which numbers parameters begin: by a rule of fan-in and fan-out, or by constant or range. */
export type Initialiser =
  | keyof typeof variances
  | "zeros"
  | { readonly constant: number }
  /** N(0, deviation²) */
  | { readonly normal: number }
  /** −bound ≤ x < bound */
  | { readonly uniform: number }
  /** −bound / fanIn ≤ x < bound / fanIn; LeNet-5's bound is 2.4 */
  | { readonly uniformOverFanIn: number };

/** Connections that come into a unit, and that leave one. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

const glorot = ({ fanIn, fanOut }: Fans): number => 2 / (fanIn + fanOut);
const he = ({ fanIn }: Fans): number => 2 / fanIn;
const lecun = ({ fanIn }: Fans): number => 1 / fanIn;

const variances = {
  glorotUniform: { draw: "uniform", variance: glorot },
  glorotNormal: { draw: "normal", variance: glorot },
  heUniform: { draw: "uniform", variance: he },
  heNormal: { draw: "normal", variance: he },
  lecunUniform: { draw: "uniform", variance: lecun },
  lecunNormal: { draw: "normal", variance: lecun },
} as const;

/** Of weights …×inputs×outputs; what comes before are the window's axes, whose pixels all connect. */
export function fansOf(shape: Shape): Fans {
  checkedShape("fansOf", shape);
  const window = sizeOf(shape.slice(0, -2));
  return { fanIn: window * (shape.at(-2) ?? 1), fanOut: window * (shape.at(-1) ?? 1) };
}

/**
 * The first numbers of a parameter. They depend on the seed and the parameter's path, and on no other parameter:
 * a layer added to a model leaves the numbers of the others as they are.
 */
export function initialNumbers(
  initialiser: Initialiser,
  shape: Shape,
  from: { seed: number; path: string },
): Float32Array {
  checkArgument("initialNumbers", "where numbers come from", from, recordOf("{ seed, path }"));
  const { seed, path } = from;
  checkInitialiser(initialiser, path);
  const numbers = new Float32Array(sizeOf(shape));
  if (initialiser === "zeros") return numbers;
  const random = new RandomStream(seed, streamOf(path));
  const uniform = (bound: number): Float32Array => numbers.map(() => random.uniform(-bound, bound));
  const normal = (deviation: number): Float32Array => numbers.map(() => random.normal(0, deviation));
  if (typeof initialiser === "string") {
    const { draw, variance } = variances[initialiser];
    const v = variance(fansOf(shape));
    return draw === "uniform" ? uniform(Math.sqrt(3 * v)) : normal(Math.sqrt(v));
  }
  if ("constant" in initialiser) return numbers.fill(initialiser.constant);
  if ("normal" in initialiser) return normal(initialiser.normal);
  return uniform(
    "uniform" in initialiser ? initialiser.uniform : initialiser.uniformOverFanIn / fansOf(shape).fanIn,
  );
}

const numbered = ["constant", "normal", "uniform", "uniformOverFanIn"];

/** @throws RangeError where there is no such initialiser, or its number is none */
function checkInitialiser(initialiser: Initialiser, path: string): void {
  const given: unknown = initialiser;
  if (typeof given === "string") {
    if (given !== "zeros" && !Object.hasOwn(variances, given))
      throw new RangeError(
        `${path}: there is no initialiser "${given}"; there are zeros, ${Object.keys(variances).join(", ")}`,
      );
    return;
  }
  const [[name, value] = ["none", undefined]] = Object.entries(given ?? {});
  if (!numbered.includes(name) || !Number.isFinite(value))
    throw new RangeError(
      `${path}: the initialiser is { ${name}: ${value} }, expected a number for one of ${numbered.join(", ")}`,
    );
}

/** A stream of random numbers for each path: its FNV-1a hash, as an i32. */
export function streamOf(path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8Bytes(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}
