import { notNegative } from "../door/rules.js";
import { settingsOf } from "./settings.js";
/** A rectangle in pixels, from its upper left corner, and how sure one is of it. */
export interface ScoredBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
}

/** A rectangle of a picture, in pixels. */
export type Box = Omit<ScoredBox, "score">;

function sharedArea(a: Box, b: Box): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return across > 0 && down > 0 ? across * down : 0;
}

/** The part that two rectangles share, of all that they cover together: 0 apart, 1 the same. */
export function overlap(a: Box, b: Box): number {
  const shared = sharedArea(a, b);
  return shared === 0 ? 0 : shared / (a.width * a.height + b.width * b.height - shared);
}

/** The part that two rectangles share, of the smaller one: 1 where one lies inside the other. */
export function nesting(a: Box, b: Box): number {
  const shared = sharedArea(a, b);
  return shared === 0 ? 0 : shared / Math.min(a.width * a.height, b.width * b.height);
}

/** How much boxes may overlap or lie inside each other and still be two, as shares of 0 to 1. */
export interface SuppressionOptions {
  /** Boxes that overlap by more are one. */
  most?: number;
  /** Boxes of one class of which the smaller lies by more inside the larger are one; 1 keeps them all. */
  mostNested?: number;
}

/**
 * Of boxes that overlap by more than `most`, only the surest; best first. Windows of every size see a thing, so that
 * small boxes lie inside large ones and share little of all that both cover: boxes of the same class are one as well if
 * the smaller lies in the larger.
 *
 * Dalal, Triggs, CVPR 2005, and Felzenszwalb et al., IEEE PAMI 32, 2010, section 7: greedy suppression.
 */
export function suppressed<B extends ScoredBox & { readonly class?: number }>(
  boxes: readonly B[],
  options: SuppressionOptions = {},
): B[] {
  const { most = 0.3, mostNested = 0.8 } = settingsOf("suppressed", options, {
    most: notNegative,
    mostNested: notNegative,
  });
  const kept: B[] = [];
  const isSame = (a: B, b: B) => overlap(a, b) > most || (a.class === b.class && nesting(a, b) > mostNested);
  for (const box of [...boxes].sort((a, b) => b.score - a.score))
    if (!kept.some((better) => isSame(better, box))) kept.push(box);
  return kept;
}
