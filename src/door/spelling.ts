/** What somebody may have meant. */

/** The name nearest to the one given, if any is so near that it may be meant. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const plain = (s: string): string => s.toLowerCase().replace(/[^a-z0-9]/g, "");
  const [nearest] = names
    .map((candidate) => ({ candidate, distance: editDistance(plain(name), plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  if (!nearest) return undefined;
  const limit = Math.max(2, Math.floor(nearest.candidate.length / 2) - 1);
  return nearest.distance <= limit ? nearest.candidate : undefined;
}

/** `; did you mean "lenet5"?`, or nothing */
export function suggestion(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
}

/** Letters to insert, delete or exchange (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
