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
import { Tensor } from "../tensor/tensor.js";

/** The mean of a data set's pictures (pixels from 0 to 1) or of rows, and the directions in which they differ most. */
export interface PrincipalComponents {
  /** H×W×C, or D of rows */
  readonly mean: Float64Array;
  /** count×(H·W·C): lengths of 1, at right angles to each other. */
  readonly directions: readonly Float64Array[];
}

/**
 * Principal components, the best code of `count` numbers from which a linear map can make pictures again: the
 * eigenvectors of the pictures' covariance with the largest eigenvalues, by orthogonal iteration.
 *
 * @param from  a data set, or N×D numbers, such as a layer's answers to N pictures
 * @throws RangeError if `count` is not 1 to H·W·C (to D), or if the covariance would be larger than 4096×4096
 * Pearson: On Lines and Planes of Closest Fit to Systems of Points in Space, Philosophical Magazine 2, 1901;
 * Golub, Van Loan: Matrix Computations, section 8.2.4.
 */
export async function principalComponents(
  from: AnyDataset | Tensor,
  count: number,
): Promise<PrincipalComponents> {
  const of = from instanceof Tensor ? ofRows(from) : ofPictures(from);
  const size = sizeOf(of.shape);
  if (!Number.isInteger(count) || count < 1 || count > size)
    throw new RangeError(`principalComponents: count is ${count}, expected a whole number of 1 to ${size}`);
  if (size > largest)
    throw new RangeError(
      `principalComponents: ${of.what} of ${show(of.shape)} have ${size} numbers, expected at most ${largest}`,
    );
  if (of.length === 0) throw new RangeError(`principalComponents: ${of.name} has no ${of.what}`);
  const { mean, covariance } = await moments(of, size);
  const stream = new RandomStream(0, anything, 0);
  let directions: Float64Array[] = Array.from({ length: count }, () =>
    Float64Array.from({ length: size }, () => stream.uniform() - 0.5),
  );
  for (let i = 0; i < iterations; i++) {
    directions = directions.map((direction) => times(covariance, direction));
    straighten(directions);
  }
  const kept = { count, shape: of.shape };
  const text = (): string => `${count} principal components of ${show(of.shape)}`;
  return printedAs({ mean, directions }, text, () => kept);
}

/** What has a mean and a covariance: rows of numbers, some at a time. */
interface Rows {
  readonly name: string;
  readonly what: "pictures" | "rows";
  readonly shape: readonly number[];
  readonly length: number;
  some(): AsyncIterable<{ rows: Float32Array; n: number }>;
}

function ofPictures(dataset: AnyDataset): Rows {
  checkDataset("principalComponents", dataset, { ofClasses: false });
  return {
    ...{ name: dataset.name, what: "pictures", shape: dataset.shape, length: dataset.length },
    async *some() {
      for await (const { images, size: n } of batches(dataset, { batchSize: 1000 }))
        yield { rows: Float32Array.from(images, (pixel) => pixel / 255), n };
    },
  };
}

function ofRows(x: Tensor): Rows {
  const [n, width] = x.shape;
  if (x.rank !== 2) throw new RangeError(`principalComponents: the rows are ${show(x.shape)}, expected N×D`);
  return {
    ...{ name: "the tensor", what: "rows", shape: [width], length: n },
    async *some() {
      yield { rows: Float32Array.from(await x.data()), n };
    },
  };
}

const largest = 4096;

/** Until then directions are told apart whose eigenvalues differ by a tenth; nearer ones are about as good. */
const iterations = 50;

/** The mean, and E[x·xᵀ] − mean·meanᵀ row by row. */
async function moments(
  { length, some }: Rows,
  size: number,
): Promise<{ mean: Float64Array; covariance: Float64Array }> {
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  const products = compile((x: Tensor) => matmul(transpose(x), x));
  for await (const { rows, n } of some()) {
    for (let i = 0; i < rows.length; i++) mean[i % size] += rows[i] / length;
    const sums = await numbersOf(products(tensor(rows, [n, size])));
    for (let i = 0; i < sums.length; i++) covariance[i] += sums[i] / length;
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
