import { batches } from "../data/batches.js";
import { checkDataset } from "../data/checked-dataset.js";
import { type AnyDataset, areBytes, picturesAt } from "../data/dataset.js";
import { checkArgument } from "../door/argument.js";
import { rule } from "../door/rules.js";
import { matmul } from "../ops/matmul.js";
import { transpose } from "../ops/transpose.js";
import { anything } from "../random/streams.js";
import { RandomStream } from "../random/threefry.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { tensor } from "../tensor/creation.js";
import { printedAs } from "../tensor/printing.js";
import { show, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";

/** The mean of a data set's pictures and the directions in which they differ most; pixels from 0 to 1. */
export interface PrincipalComponents {
  /** H×W×C */
  readonly mean: Float64Array;
  /** count×(H·W·C): lengths of 1, at right angles to each other. */
  readonly directions: readonly Float64Array[];
}

/**
 * Principal components, the best code of `count` numbers from which a linear map can make pictures again: the
 * eigenvectors of the pictures' covariance with the largest eigenvalues, by orthogonal iteration.
 *
 * @throws RangeError if `count` is not 1 to H·W·C, or if the covariance would be larger than 4096×4096
 * Pearson: On Lines and Planes of Closest Fit to Systems of Points in Space, Philosophical Magazine 2, 1901;
 * Golub, Van Loan: Matrix Computations, section 8.2.4.
 */
export async function principalComponents(dataset: AnyDataset, count: number): Promise<PrincipalComponents> {
  checkDataset("principalComponents", dataset, { ofClasses: false });
  const size = sizeOf(dataset.shape);
  if (!Number.isInteger(count) || count < 1 || count > size)
    throw new RangeError(`principalComponents: count is ${count}, expected a whole number of 1 to ${size}`);
  if (size > largest)
    throw new RangeError(
      `principalComponents: pictures of ${show(dataset.shape)} have ${size} numbers, expected at most ${largest}`,
    );
  if (dataset.length === 0) throw new RangeError(`principalComponents: ${dataset.name} has no pictures`);
  const { mean, covariance } = await moments(dataset, size);
  const stream = new RandomStream(0, anything, 0);
  let directions: Float64Array[] = Array.from({ length: count }, () =>
    Float64Array.from({ length: size }, () => stream.uniform() - 0.5),
  );
  for (let i = 0; i < iterations; i++) {
    directions = directions.map((direction) => times(covariance, direction));
    straighten(directions);
  }
  const kept = { count, shape: dataset.shape };
  const text = (): string => `${count} principal components of ${show(dataset.shape)}`;
  return printedAs({ mean, directions }, text, () => kept);
}

const largest = 4096;

/** Until then directions are told apart whose eigenvalues differ by a tenth; nearer ones are about as good. */
const iterations = 50;

/** The mean, and E[x·xᵀ] − mean·meanᵀ row by row. */
async function moments(
  dataset: AnyDataset,
  size: number,
): Promise<{ mean: Float64Array; covariance: Float64Array }> {
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  const products = compile((x: Tensor) => matmul(transpose(x), x));
  for await (const { images, size: n } of batches(dataset, { batchSize: 1000 })) {
    const x = Float32Array.from(images, (pixel) => pixel / 255);
    for (let i = 0; i < x.length; i++) mean[i % size] += x[i] / dataset.length;
    const sums = await numbersOf(products(tensor(x, [n, size])));
    for (let i = 0; i < sums.length; i++) covariance[i] += sums[i] / dataset.length;
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) covariance[i * size + j] -= mean[i] * mean[j];
  return { mean, covariance };
}

function times(matrix: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  return Float64Array.from(x, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j] * x[j];
    return sum;
  });
}

/** Gram and Schmidt: each loses what it has of those before it, in place; what has nothing left becomes 0. */
function straighten(vectors: readonly Float64Array[]): void {
  for (const [k, v] of vectors.entries()) {
    const length = Math.sqrt(dot(v, v));
    for (const earlier of vectors.slice(0, k)) {
      const share = dot(v, earlier);
      for (let i = 0; i < v.length; i++) v[i] -= share * earlier[i];
    }
    const rest = Math.sqrt(dot(v, v));
    const scale = rest > 1e-10 * length ? 1 / rest : 0;
    for (let i = 0; i < v.length; i++) v[i] *= scale;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** A picture, from as many numbers as there are components. Not held within 0 to 1, which would not be linear. */
export function projected(components: PrincipalComponents, picture: Uint8Array): Float64Array {
  checkArgument("projected", "the first argument", components, someComponents);
  checkArgument("projected", "the picture", picture, rule("its bytes", areBytes));
  const { mean, directions } = components;
  const x = mean.map((m, i) => picture[i] / 255 - m);
  const y = mean.slice();
  for (const direction of directions) {
    const share = dot(direction, x);
    for (let i = 0; i < y.length; i++) y[i] += share * direction[i];
  }
  return y;
}

/** The mean squared error of the pictures of a data set, made again from their components. */
export async function projectionError(components: PrincipalComponents, dataset: AnyDataset): Promise<number> {
  checkArgument("projectionError", "the first argument", components, someComponents);
  checkDataset("projectionError", dataset, { ofClasses: false });
  let sum = 0;
  for (let index = 0; index < dataset.length; index++) {
    const picture = await picturesAt(dataset, Int32Array.of(index));
    const y = projected(components, picture);
    for (let i = 0; i < y.length; i++) sum += (y[i] - picture[i] / 255) ** 2;
  }
  return sum / (dataset.length * components.mean.length);
}

const someComponents = rule(
  "the answer of principalComponents, { mean, directions }",
  (value) => typeof value === "object" && value !== null && "mean" in value && "directions" in value,
);
