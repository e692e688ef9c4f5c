import { at, fill, type Numbers } from "./numbers.js";

interface Options {
  results: number;
  overlap?: number;
  labels?: Numbers;
  least?: number;
  soft?: "linear" | "gaussian";
  sigma?: number;
}

/** Each in the precision in which the engine computes: whether an overlap exceeds a bound hangs on its last bit. */
const f = Math.fround;

/** The best box that is left, then the scores of all that overlap it change, and again; scores N×B or N×B×C. */
export function nonMaxSuppression(
  boxes: Numbers,
  scores: Numbers,
  { results, overlap = 0.5, labels, least = Number.NEGATIVE_INFINITY, soft, sigma = 0.5 }: Options,
) {
  const [n, count, classes = 1] = scores.shape;
  const rows = Array.from({ length: n }, (_, example) => {
    const all = Array.from({ length: count * classes }, (_, candidate) => {
      const box = Math.floor(candidate / classes);
      const place = scores.shape.length === 3 ? [example, box, candidate % classes] : [example, box];
      const label = labels ? at(labels, [example, box]) : candidate % classes;
      return {
        box,
        label,
        score: at(scores, place),
        corners: [0, 1, 2, 3].map((c) => f(at(boxes, [example, box, c]))),
      };
    });
    const left = all.filter(({ score }) => score > f(least));
    const chosen: { box: number; label: number; score: number }[] = [];
    while (chosen.length < results && left.length > 0) {
      let best = 0;
      for (let i = 1; i < left.length; i++) if (left[i].score > left[best].score) best = i;
      const [one] = left.splice(best, 1);
      chosen.push({ ...one });
      for (const other of left) {
        if (other.label !== one.label) continue;
        const share = sharedPart(other.corners, one.corners);
        if (soft === "gaussian") other.score *= share > 0 ? Math.exp(-(share * share) / sigma) : 1;
        else if (share > f(overlap)) other.score *= soft === "linear" ? 1 - share : 0;
        if (!soft && share > f(overlap)) other.score = Number.NEGATIVE_INFINITY;
      }
      for (let i = left.length - 1; i >= 0; i--) if (!(left[i].score > f(least))) left.splice(i, 1);
    }
    return chosen;
  });
  return {
    indices: fill([n, results], ([example, k]) => rows[example][k]?.box ?? -1),
    scores: fill([n, results], ([example, k]) => rows[example][k]?.score ?? 0),
    labels: fill([n, results], ([example, k]) => rows[example][k]?.label ?? -1),
    count: fill([n], ([example]) => rows[example].length),
  };
}

function sharedPart([t, l, b, r]: readonly number[], [top, left, bottom, right]: readonly number[]): number {
  const area = f(f(bottom - top) * f(right - left));
  const high = Math.max(f(Math.min(b, bottom) - Math.max(t, top)), 0);
  const wide = Math.max(f(Math.min(r, right) - Math.max(l, left)), 0);
  const both = f(high * wide);
  const union = f(f(f(f(b - t) * f(r - l)) + area) - both);
  return f(both / union);
}
