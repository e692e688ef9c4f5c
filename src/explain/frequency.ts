/**
 * Pictures as sums of waves, in colours that vary apart from each other in photographs: ascent in these coordinates
 * paints areas and edges where ascent in pixels paints noise.
 * Olah, Mordvintsev, Schubert: Feature Visualization, Distill 2017, "Preconditioning and Parameterization".
 */

import { add, mul, sub } from "../ops/arithmetic.js";
import { sigmoid } from "../ops/elementary.js";
import { matmul } from "../ops/matmul.js";
import { reshape } from "../ops/reshape.js";
import { slice } from "../ops/slice.js";
import { transpose } from "../ops/transpose.js";
import { spectraOfNoise } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { tensor } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";

/** N×2×H×(⌊W/2⌋ + 1)×C: real and imaginary parts of the waves of a real picture of H×W×C. */
export const spectrumShape = (n: number, [h, w, c]: readonly number[]): number[] => [
  n,
  2,
  h,
  Math.floor(w / 2) + 1,
  c,
];

/** Faint waves of all frequencies; each picture its own. */
export function faintSpectrum(
  n: number,
  size: readonly number[],
  { seed, first }: { seed: number; first: number },
): Float32Array {
  const each = spectrumShape(1, size).reduce((a, b) => a * b, 1);
  const values = new Float32Array(n * each);
  for (let i = 0; i < n; i++) {
    const random = new RandomStream(seed, spectraOfNoise, first + i);
    for (let p = 0; p < each; p++) values[i * each + p] = random.normal(0, 0.01);
  }
  return values;
}

/**
 * The picture of a spectrum, 0 to 1:
 *
 *     x = σ(M · Re Σ over u,v of s(u,v) · Z[u,v] · e^(2πi (u·y/H + v·x/W))),   s = √(H·W) / (4 · frequency)
 *
 * with the waves of a photograph, whose strength falls with the frequency, equally strong in Z, and M the principal
 * colours.
 *
 * @param z  as `spectrumShape` has it
 * @returns  N×H×W×C
 */
export function pictureOf(z: Tensor, size: readonly number[]): Tensor {
  const [height, width, channels] = size;
  const [n, , , half] = z.shape;
  const scaled = mul(z, strengths(height, width, half));
  const part = (k: 0 | 1) =>
    reshape(slice(scaled, [0, k, 0, 0, 0], [n, k + 1, height, half, channels]), [n, height, half * channels]);
  const [real, imaginary] = [part(0), part(1)];
  const rows = waves(height, height, () => 1);
  // A wave along x and its mirror image are one: all but the constant and the fastest count twice.
  const columns = waves(half, width, (v) => (v === 0 || 2 * v === width ? 1 : 2));
  const upright = (a: Tensor, b: Tensor, sign: 1 | -1) => {
    const [first, second] = [matmul(rows.cos, a), matmul(rows.sin, b)];
    const sum = sign === 1 ? add(first, second) : sub(first, second);
    return transpose(reshape(sum, [n, height, half, channels]), [0, 1, 3, 2]);
  };
  const across = sub(
    matmul(upright(real, imaginary, -1), columns.cos),
    matmul(upright(imaginary, real, 1), columns.sin),
  );
  const plain = transpose(mul(across, 1 / (4 * Math.sqrt(height * width))), [0, 1, 3, 2]);
  return sigmoid(channels === 3 ? matmul(plain, transpose(tensor(principalColours), [1, 0])) : plain);
}

/** cos and sin of 2π·k·i/n for k rows of waves and i places. */
function waves(rows: number, n: number, weight: (k: number) => number): { cos: Tensor; sin: Tensor } {
  const made = (f: (turn: number) => number) =>
    Tensor.from(
      Float32Array.from({ length: rows * n }, (_, at) => {
        const [k, i] = [Math.floor(at / n), at % n];
        return weight(k) * f((2 * Math.PI * ((k * i) % n)) / n);
      }),
      [rows, n],
      "f32",
    );
  return { cos: made(Math.cos), sin: made(Math.sin) };
}

/** 1×1×H×half×1: one over the frequency in waves a pixel, the slowest held at one wave a picture. */
function strengths(height: number, width: number, half: number): Tensor {
  const least = 1 / Math.max(height, width);
  const values = Float32Array.from({ length: height * half }, (_, at) => {
    const [u, v] = [Math.floor(at / half), at % half];
    const frequency = Math.hypot(Math.min(u, height - u) / height, v / width);
    return 1 / Math.max(frequency, least);
  });
  return Tensor.from(values, [1, 1, height, half, 1], "f32");
}

/**
 * Principal axes of the colours of photographs, the strongest (brightness) of length 1: from the covariance of 5.12
 * million pixels of CIFAR-10. Rows: red, green, blue.
 */
const principalColours = [
  [0.557, 0.201, 0.056],
  [0.577, 0.011, -0.107],
  [0.597, -0.198, 0.051],
];
