/** Curves of any length as paths of a few hundred points. */

export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

/** Of each stretch of steps the least and the greatest value, in their order: no peak is lost. Step i + 1 made value i. */
export function bucketed(values: ArrayLike<number>, most: number): CurvePoint[] {
  const points: CurvePoint[] = [];
  const size = Math.max(1, Math.ceil((2 * values.length) / Math.max(most, 2)));
  for (let from = 0; from < values.length; from += size) {
    let [low, high] = [-1, -1];
    for (let i = from; i < Math.min(from + size, values.length); i++) {
      if (!Number.isFinite(values[i])) continue;
      if (low < 0 || values[i] < values[low]) low = i;
      if (high < 0 || values[i] > values[high]) high = i;
    }
    if (low < 0) continue;
    for (const i of low === high ? [low] : [Math.min(low, high), Math.max(low, high)])
      points.push({ step: i + 1, value: values[i] });
  }
  return points;
}

/** At each step the mean of the last so many. */
export function meanOf(values: ArrayLike<number>, of: number): Float32Array {
  const means = new Float32Array(values.length);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i] - (i >= of ? values[i - of] : 0);
    means[i] = sum / Math.min(i + 1, of);
  }
  return means;
}

export const pathOf = (
  points: readonly CurvePoint[],
  x: (step: number) => number,
  y: (value: number) => number,
): string =>
  points
    .map(({ step, value }, i) => `${i === 0 ? "M" : "L"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
    .join("");

/** 0.03, 0.1, 0.3, 1, 3 between two values; whole powers of ten where there are many. */
export function niceTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const factor of [1, 3]) {
      const value = Number((factor * 10 ** power).toPrecision(1));
      if (value >= low * 0.9 && value <= high * 1.1) ticks.push(value);
    }
  return ticks.length > 7 ? ticks.filter((value) => /^1|^0\.0*1$|e/.test(String(value))) : ticks;
}
