import {
  checkMatrix,
  gabor,
  gaussian,
  kernels,
  laplacianOfGaussian,
  type Matrix,
  motionBlur,
  robinsonMasks,
} from "./kernels.js";

/** A kernel of {@link kernels}, or of yours, with what it is called. */
export interface NamedMatrix {
  readonly name: string;
  readonly matrix: Matrix;
}

/** The kernel that a filter is most like, and how much. */
export interface NearestKernel {
  readonly kernel: NamedMatrix;
  /** Of the filter's and the kernel's weights as directions: 1 the same up to a factor, 0 nothing in common. */
  readonly similarity: number;
  /** The filter is the kernel's negative: dark where it is light. */
  readonly negative: boolean;
}

/** The classic kernels of one size: those smaller are set into the middle of zeros, those larger left out. */
export function classicKernels(size: number): NamedMatrix[] {
  const angles = [0, 45, 90, 135];
  const tables = Object.entries(kernels).map(([name, matrix]): NamedMatrix => ({ name, matrix }));
  const compass = Object.entries(robinsonMasks).map(([name, matrix]) => ({
    name: `robinson ${name}`,
    matrix,
  }));
  const made: NamedMatrix[] = [
    {
      name: `mean ${size}×${size}`,
      matrix: Array.from({ length: size }, () => Array(size).fill(1 / size ** 2)),
    },
    { name: `gaussian σ ${size / 5}`, matrix: gaussian({ sigma: size / 5, size }) },
    {
      name: `laplacian of gaussian σ ${size / 6 === Math.round(size / 6) ? size / 6 : (size / 6).toFixed(2)}`,
      matrix: laplacianOfGaussian({ sigma: size / 6, size }),
    },
    ...angles.map((angle) => ({
      name: `motion blur ${angle}°`,
      matrix: motionBlur({ length: size, angle }),
    })),
    ...[size, 1.6 * size].flatMap((wavelength) =>
      [0, 22.5, 45, 67.5, 90, 112.5, 135, 157.5].flatMap((angle) =>
        [0, 90].map((phase) => ({
          name: `gabor ${phase === 0 ? "line" : "edge"} ${angle}° λ ${Math.round(wavelength * 10) / 10}`,
          matrix: gabor({ wavelength, angle, phase, size, aspect: 0.7, sigma: 0.35 * size }),
        })),
      ),
    ),
  ];
  const odd = [...tables, ...compass].filter(({ matrix }) => matrix.length % 2 === 1);
  return [...odd, ...(size % 2 === 1 ? made : [])]
    .filter(({ matrix }) => matrix.length <= size)
    .map(({ name, matrix }) => ({ name, matrix: inMiddle(matrix, size) }));
}

function inMiddle(matrix: Matrix, size: number): Matrix {
  const before = (size - matrix.length) >> 1;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => matrix[i - before]?.[j - before] ?? 0),
  );
}

/**
 * Of some kernels the one whose direction the filter's weights come nearest to, whatever their scale and sign:
 *
 *     similarity = |Σ f·k| / (‖f‖ · ‖k‖)
 *
 * @param filter  as large as the kernels; one that is 0 everywhere has a similarity of 0 to all
 */
export function nearestKernel(
  filter: Matrix,
  among: readonly NamedMatrix[] = classicKernels(filter.length),
): NearestKernel {
  checkMatrix("nearestKernel", filter);
  const length = (matrix: Matrix) => Math.sqrt(matrix.flat().reduce((sum, w) => sum + w * w, 0));
  const own = length(filter);
  const candidates = among.map((kernel): NearestKernel => {
    const product = filter.reduce(
      (sum, row, i) => sum + row.reduce((part, w, j) => part + w * kernel.matrix[i][j], 0),
      0,
    );
    const cosine = own > 0 ? product / (own * length(kernel.matrix)) : 0;
    return { kernel, similarity: Math.abs(cosine), negative: cosine < 0 };
  });
  return candidates.reduce((best, candidate) => (candidate.similarity > best.similarity ? candidate : best));
}
