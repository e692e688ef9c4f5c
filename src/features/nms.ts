/** A rectangle in pixels, from its upper left corner, and how sure one is of it. */
export interface ScoredBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
}

/** The part that two rectangles share, of all that they cover together: 0 apart, 1 the same. */
export function overlap(a: Omit<ScoredBox, "score">, b: Omit<ScoredBox, "score">): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/**
 * Of boxes that overlap by more than `most`, only the surest; best first.
 * Dalal, Triggs, CVPR 2005, and Felzenszwalb et al., IEEE PAMI 32, 2010, section 7: greedy suppression.
 */
export function suppressed<B extends ScoredBox>(
  boxes: readonly B[],
  { most = 0.3 }: { most?: number } = {},
): B[] {
  const kept: B[] = [];
  for (const box of [...boxes].sort((a, b) => b.score - a.score))
    if (kept.every((better) => overlap(better, box) <= most)) kept.push(box);
  return kept;
}
