/** Logistic regression by Newton's method. */

/** Weights of a {@link fitLogistic}: the score of x is bias + Σ weights · x. */
export interface Logistic {
  readonly weights: Float64Array;
  readonly bias: number;
  /** Steps until it stood. */
  readonly steps: number;
}

/**
 * The weights that make Σ ln(1 + e^−score) of positive and Σ ln(1 + e^score) of negative examples plus λ/2 · |weights|²
 * least; the bias is free. Newton's method, which is iteratively reweighted least squares here; steps that would not help
 * are halved. With λ > 0 there is one solution, also where the classes can be separated.
 *
 * @param rows    a row of numbers for each example
 * @param truths  whether each is positive
 * Hastie, Tibshirani, Friedman: The Elements of Statistical Learning, 2nd edition, section 4.4.1.
 */
export function fitLogistic(
  rows: readonly Float64Array[],
  truths: readonly boolean[],
  { l2 = 1, most = 50 }: { l2?: number; most?: number } = {},
): Logistic {
  const width = (rows[0]?.length ?? 0) + 1;
  let at = new Float64Array(width);
  let cost = costOf(rows, truths, at, l2);
  for (let steps = 1; steps <= most; steps++) {
    const gradient = new Float64Array(width);
    const hessian = Array.from({ length: width }, () => new Float64Array(width));
    rows.forEach((row, n) => {
      const p = 1 / (1 + Math.exp(-scoreOf(row, at)));
      const [error, weight] = [p - Number(truths[n]), p * (1 - p)];
      for (let i = 0; i < width; i++) {
        const x = i < row.length ? row[i] : 1;
        gradient[i] += error * x;
        for (let j = 0; j <= i; j++) hessian[i][j] += weight * x * (j < row.length ? row[j] : 1);
      }
    });
    for (let i = 0; i < width; i++) {
      const isWeight = i < width - 1;
      if (isWeight) gradient[i] += l2 * at[i];
      // What is below rounding keeps a feature that never varies from dividing by nothing.
      hessian[i][i] += (isWeight ? l2 : 0) + 1e-9;
    }
    const step = solved(hessian, gradient);
    let next = at;
    let fallen = 0;
    for (let size = 1; size > 1e-6; size /= 2) {
      const tried = at.map((w, i) => w - size * step[i]);
      const reached = costOf(rows, truths, tried, l2);
      if (reached < cost) {
        [next, fallen, cost] = [tried, cost - reached, reached];
        break;
      }
    }
    at = next;
    if (fallen <= 1e-12 * (1 + Math.abs(cost)))
      return { weights: at.slice(0, -1), bias: at[width - 1], steps };
  }
  return { weights: at.slice(0, -1), bias: at[width - 1], steps: most };
}

function scoreOf(row: Float64Array, at: Float64Array): number {
  let sum = at[row.length];
  for (let i = 0; i < row.length; i++) sum += at[i] * row[i];
  return sum;
}

function costOf(
  rows: readonly Float64Array[],
  truths: readonly boolean[],
  at: Float64Array,
  l2: number,
): number {
  let sum = 0;
  for (let i = 0; i < at.length - 1; i++) sum += (l2 / 2) * at[i] ** 2;
  rows.forEach((row, n) => {
    const margin = truths[n] ? scoreOf(row, at) : -scoreOf(row, at);
    sum += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  });
  return sum;
}

/** x of A x = b by Cholesky's decomposition; of A the lower half is read. */
function solved(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  const l = a.map((row) => row.slice());
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i][j];
      for (let k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
      l[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / l[j][j];
    }
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i][k] * x[k];
    x[i] /= l[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[k][i] * x[k];
    x[i] /= l[i][i];
  }
  return x;
}
