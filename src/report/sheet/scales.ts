/** Axes: where a value lies, and where the ticks stand. */

export interface Scale {
  /** Position of a value between the two ends of the axis. */
  at(value: number): number;
  /** Values with a label, from low to high. */
  ticks: { value: number; label: string }[];
}

/** A linear axis from `low` to `high` with about `count` ticks at multiples of 1, 2 or 5 times a power of ten. */
export function linearScale(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
  { count = 5, label = plainLabel }: { count?: number; label?: (value: number, step: number) => string } = {},
): Scale {
  const [from, to] = high > low ? [low, high] : [low - 0.5, low + 0.5]; // a single value lies in the middle
  const step = roundStep((to - from) / count);
  const ticks = [];
  // Counted in steps: adding the step up would drift. A count of −0 would be labelled "-0".
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + step * 1e-9; n++)
    ticks.push({ value: n * step || 0, label: label(n * step || 0, step) });
  return { at: (value) => start + ((value - from) / (to - from)) * (end - start), ticks };
}

/** A logarithmic axis; ticks at about `most` powers of ten, at 1-2-5 where these are few. Both ends are above 0. */
export function logScale(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
  { most = 6 }: { most?: number } = {},
): Scale {
  const [from, to] =
    high > low ? [Math.log10(low), Math.log10(high)] : [Math.log10(low) - 0.5, Math.log10(low) + 0.5];
  const decades = to - from;
  const every = Math.max(1, Math.ceil(decades / most));
  const digits = decades <= 3 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++)
    for (const digit of digits) {
      const position = power + Math.log10(digit);
      if (power % every !== 0 || position < from - 1e-9 || position > to + 1e-9) continue;
      ticks.push({ value: digit * 10 ** power, label: logLabel(digit, power) });
    }
  return { at: (value) => start + ((Math.log10(value) - from) / decades) * (end - start), ticks };
}

/** Values spread over more than two powers of ten read better on a logarithmic axis. */
export const spansDecades = (low: number, high: number): boolean => low > 0 && high / low > 100;

/** The next of 1, 2, 5, 10, … that is at least this large. */
export function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const digit = [1, 2, 5, 10].find((d) => d * power >= step * (1 - 1e-9)) ?? 10;
  return digit * power;
}

/** As many decimals as the step needs: 0.25 in steps of 0.05, 1,200 in steps of 200. */
export function plainLabel(value: number, step: number): string {
  if (Math.abs(value) >= 1e6 || step < 1e-4)
    return value === 0 ? "0" : value.toExponential().replace("e+", "e");
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function logLabel(digit: number, power: number): string {
  if (power < -3 || power > 4) return `${digit}e${power}`;
  return power < 0 ? (digit * 10 ** power).toFixed(-power) : (digit * 10 ** power).toLocaleString("en-US");
}
