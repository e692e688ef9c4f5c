/**
 * Winograd's minimal filtering F(4×4, 3×3): sixteen neighbouring results of a 3×3 convolution from 36 products
 * instead of 144,
 *
 *     Y = Aᵀ [ (G g Gᵀ) ∘ (Bᵀ d B) ] A      d: 6×6 pixels, g: the filter, Y: 4×4 results,
 *
 * where the products of one place are summed over the channels before Aᵀ…A: 36 matrix products over all tiles.
 * The matrices follow from multiplying polynomials at the points 0, ±1/√2, ±√2 and ∞ (Winograd: Arithmetic Complexity
 * of Computations, SIAM 1980; Lavin, Gray: arXiv:1509.09308). These points are each other's reciprocals, which keeps
 * the matrices' entries near 1, and so the error near that of the plain sum: with 512 channels 2.4e-6 of the greatest
 * result, where the usual points 0, ±1, ±2 and ∞ leave 1.1e-5.
 */
import type { KernelBuilder } from "./builder.js";
import type { Floats } from "./language.js";

/** Results of one tile, and pixels that it sees, along each side. */
export const tile = { results: 4, pixels: 6, filter: 3 } as const;

/** Rows of a matrix that share sums: given the vector's entries, each row's product with it. */
interface Part {
  readonly rows: readonly number[];
  products(k: KernelBuilder, x: (i: number) => Floats): (() => Floats)[];
}

/** A constant matrix, written as the operations of its product with a vector. */
export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly parts: readonly Part[];
}

const fma = (k: KernelBuilder, factor: number, a: Floats, b: Floats): Floats => k.fma(a, k.f32(factor), b);

/**
 * Bᵀ, its rows scaled so that four constants are enough (G has the inverse factors):
 *
 *     d₀ − 5/2·d₂ + d₄,   ±√2·(d₄ − 2·d₂) + (d₃ − 2·d₁),   (d₂ − 2·d₄) ± √2·(d₁ − 2·d₃),   d₁ − 5/2·d₃ + d₅
 */
const pictureTransform: Matrix = {
  name: "picture",
  rows: 6,
  columns: 6,
  parts: [
    { rows: [0], products: (k, d) => [() => k.add(fma(k, -2.5, d(2), d(0)), d(4))] },
    {
      rows: [1, 2],
      products(k, d) {
        const even = fma(k, -2, d(2), d(4));
        const odd = fma(k, -2, d(1), d(3));
        return [() => fma(k, Math.SQRT2, even, odd), () => fma(k, -Math.SQRT2, even, odd)];
      },
    },
    {
      rows: [3, 4],
      products(k, d) {
        const even = fma(k, -2, d(4), d(2));
        const odd = fma(k, -2, d(3), d(1));
        return [() => fma(k, Math.SQRT2, odd, even), () => fma(k, -Math.SQRT2, odd, even)];
      },
    },
    { rows: [5], products: (k, d) => [() => k.add(fma(k, -2.5, d(3), d(1)), d(5))] },
  ],
};

/**
 * G: row i is (1, xᵢ, xᵢ²) over the product of xᵢ's distances to the other points, and over the factor of Bᵀ's row i.
 */
const filterRows: readonly (readonly number[])[] = (() => {
  const [a, b] = [Math.SQRT1_2, Math.SQRT2];
  const points = [0, a, -a, b, -b];
  const factors = [1, 1 / a, -1 / a, -2, -2];
  const rows = points.map((x, i) => {
    const distances = points.reduce((n, other, j) => (j === i ? n : n * (x - other)), 1);
    return [0, 1, 2].map((power) => x ** power / (distances * factors[i]));
  });
  return [...rows, [0, 0, 1]];
})();

const filterTransform: Matrix = {
  name: "filter",
  rows: 6,
  columns: 3,
  parts: [
    { rows: [0], products: (k, g) => [() => k.mul(g(0), k.f32(filterRows[0][0]))] },
    ...[1, 3].map((row): Part => {
      // The two rows of a pair differ in the sign of their odd column, or in that of the other two.
      const [even, odd, square] = filterRows[row];
      const opposite = Math.sign(filterRows[row + 1][0]) === Math.sign(even);
      return {
        rows: [row, row + 1],
        products(k, g) {
          const outer = fma(k, square, g(2), k.mul(g(0), k.f32(even)));
          const inner = k.mul(g(1), k.f32(odd));
          return [() => k.add(outer, inner), () => (opposite ? k.sub(outer, inner) : k.sub(inner, outer))];
        },
      };
    }),
    { rows: [5], products: (_, g) => [() => g(2)] },
  ],
};

/** Aᵀ: row n is the n-th power of the points, and the coefficient at ∞ belongs to the last. */
const resultTransform: Matrix = {
  name: "results",
  rows: 4,
  columns: 6,
  parts: [
    {
      rows: [0, 2],
      products(k, m) {
        const [near, far] = [k.add(m(1), m(2)), k.add(m(3), m(4))];
        return [() => k.add(k.add(near, far), m(0)), () => fma(k, 2, far, k.mul(near, k.f32(0.5)))];
      },
    },
    {
      rows: [1, 3],
      products(k, m) {
        const [near, far] = [k.sub(m(1), m(2)), k.sub(m(3), m(4))];
        return [
          () => k.mul(fma(k, 0.5, near, far), k.f32(Math.SQRT2)),
          () => fma(k, Math.SQRT2, fma(k, 2, far, k.mul(near, k.f32(0.25))), m(5)),
        ];
      },
    },
  ],
};

/** A: what the gradient of the results is to the gradient of the products. */
const resultGradient: Matrix = {
  name: "gradient of results",
  rows: 6,
  columns: 4,
  parts: [
    { rows: [0], products: (_, d) => [() => d(0)] },
    ...[
      { rows: [1, 2], square: 0.5, point: Math.SQRT1_2 },
      { rows: [3, 4], square: 2, point: Math.SQRT2 },
    ].map(
      ({ rows, square, point }): Part => ({
        rows,
        products(k, d) {
          const [even, odd] = [fma(k, square, d(2), d(0)), fma(k, square, d(3), d(1))];
          return [() => fma(k, point, odd, even), () => fma(k, -point, odd, even)];
        },
      }),
    ),
    { rows: [5], products: (_, d) => [() => d(3)] },
  ],
};

/** Gᵀ: from the gradient of the transformed filter to the filter's. */
const filterGradient: Matrix = {
  name: "gradient of filters",
  rows: 3,
  columns: 6,
  parts: [
    {
      rows: [0, 1, 2],
      products(k, u) {
        const [near, far] = [1, 3].map((row) => ({
          row,
          sum: k.add(u(row), u(row + 1)),
          difference: k.sub(u(row), u(row + 1)),
        }));
        const column = (c: number): Floats =>
          [near, far].reduce<Floats | null>((total, { row, sum, difference }) => {
            const factor = filterRows[row][c];
            const term = filterRows[row + 1][c] * factor > 0 ? sum : difference;
            return total ? fma(k, factor, term, total) : k.mul(term, k.f32(factor));
          }, null)!;
        return [
          () => fma(k, filterRows[0][0], u(0), column(0)),
          () => column(1),
          () => k.add(column(2), u(5)),
        ];
      },
    },
  ],
};

export const matrices = {
  picture: pictureTransform,
  filter: filterTransform,
  results: resultTransform,
  resultGradient,
  filterGradient,
};
