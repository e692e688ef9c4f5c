/** Of lists of measured times. */

/** The value below which a share of the list lies, between neighbours in proportion. */
export function quantile(list: readonly number[], share: number): number {
  if (list.length === 0) return Number.NaN;
  const sorted = [...list].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

export const median = (list: readonly number[]): number => quantile(list, 0.5);

/** How far apart the middle half of the list lies, as a share of its median. */
export const spread = (list: readonly number[]): number =>
  (quantile(list, 0.75) - quantile(list, 0.25)) / median(list);
