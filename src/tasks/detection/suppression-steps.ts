/** Non-maximum suppression, step by step: for those who want to see who suppressed whom. */
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { notNegative, oneOf, positive, rule } from "../../door/rules.js";
import { type Corners, overlap } from "../../training/objectives/average-precision.js";

/** As of `nonMaxSuppression`. */
export interface SuppressionOptions {
  /** Boxes of a class that overlap a surer one by more are suppressed; 0.5 if left out. */
  overlap?: number;
  /** Boxes count whose score is above it; 0 if left out. */
  least?: number;
  /** Scores fall instead, "linear" or by a "gaussian" (soft NMS). */
  soft?: "linear" | "gaussian";
  /** Of the gaussian, 0.5 if left out. */
  sigma?: number;
}

/** A box of one class before any is suppressed. */
export interface Candidate {
  readonly box: Corners;
  readonly label: number;
  readonly score: number;
}

/** One box is kept, and others lose by it. Boxes are told by their places in the list that was given. */
export interface SuppressionStep {
  readonly kept: number;
  /** As it has become by then. */
  readonly score: number;
  /** Whose scores fell, and by how much they overlap the one that is kept; 0 afterwards is suppressed. */
  readonly lowered: readonly {
    readonly which: number;
    readonly overlap: number;
    readonly before: number;
    readonly after: number;
  }[];
}

/**
 * What `nonMaxSuppression` does, in the same order: the surest box is kept, of equal ones the first given; those of its class
 * that overlap it by more than `overlap` go, or their scores fall; then the surest of what remains.
 *
 * Felzenszwalb, Girshick, McAllester, Ramanan, IEEE PAMI 32, 2010, section 7; Bodla, Singh, Chellappa, Davis: Soft-NMS, ICCV 2017.
 */
export function suppressionSteps(
  boxes: readonly Candidate[],
  options: SuppressionOptions = {},
): SuppressionStep[] {
  checkArgument("suppressionSteps", "the boxes", boxes, someCandidates);
  const {
    overlap: most = 0.5,
    least = 0,
    soft,
    sigma = 0.5,
  } = optionsOf("suppressionSteps", options, {
    overlap: rule("0 ≤ _ ≤ 1", (value) => (value as number) >= 0 && (value as number) <= 1),
    least: notNegative,
    soft: oneOf("linear", "gaussian"),
    sigma: positive,
  });
  const falling = (score: number, shared: number): number => {
    if (soft === "gaussian") return score * Math.exp(-(shared ** 2) / sigma);
    if (shared <= most) return score;
    return soft === "linear" ? score * (1 - shared) : 0;
  };
  const scores = boxes.map(({ score }) => score);
  const left = new Set(boxes.keys());
  const steps: SuppressionStep[] = [];
  for (;;) {
    let kept = -1;
    for (const i of left) if (scores[i] > least && (kept < 0 || scores[i] > scores[kept])) kept = i;
    if (kept < 0) return steps;
    left.delete(kept);
    const lowered = [...left].flatMap((which) => {
      const shared =
        boxes[which].label === boxes[kept].label ? overlap(boxes[which].box, boxes[kept].box) : 0;
      const before = scores[which];
      const after = falling(before, shared);
      if (shared === 0 || after === before || before <= least) return [];
      scores[which] = after;
      return [{ which, overlap: shared, before, after }];
    });
    steps.push({ kept, score: scores[kept], lowered });
  }
}

const someCandidates = rule(
  "a list of { box: [top, left, bottom, right], label, score }",
  (value) =>
    Array.isArray(value) &&
    value.every((one: Partial<Candidate> | null) => one?.box?.length === 4 && Number.isFinite(one.score)),
);
