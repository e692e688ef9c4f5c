/** The digit among all that stands out of the paper. */
import {
  heightOf,
  lengthOf,
  meanOf,
  type Part,
  type Parts,
  partsOf,
  sharpnessOf,
  strokeOf,
  widthOf,
} from "./ink-parts.js";
import { type Contrast, halved, smallEdge } from "./paper.js";

/** The parts that make up one digit, as long as no more than one was found. */
export interface Ink {
  readonly parts: Parts;
  readonly strokes: readonly Part[];
  /** How many digits there are: the strokes are those of the clearest. */
  readonly digits: number;
}

/**
 * Parts are taken at several thresholds, since what is printed on the paper joins the strokes below some of them. Of those
 * that look like pen strokes, the one with the longest and strongest edges is the digit's; nearby strokes of the same pen
 * belong to it. Undefined where nothing does.
 *
 * @param lines  whether it must be the line of a pen; what is not one, as a shirt, may have any form
 */
export function findInk(contrast: Contrast, { lines = true } = {}): Ink | undefined {
  const candidate = lines ? isDigit : isLarge;
  const best = clearest(contrast, candidate);
  if (!best) return undefined;
  const level = levelOf(best.part, best.parts, contrast);
  const half = halved(level, contrast.isDark);
  // A stroke's edge lies where half of full ink does, unless what is printed joins the strokes there.
  const atHalf = partsOf(contrast, half);
  const whole = atHalf.all.find(({ label }) => label === labelWithin(best, atHalf));
  const isAlone = whole && lengthOf(whole) < 1.25 * lengthOf(best.part) && candidate(whole, atHalf, contrast);
  const parts = isAlone ? atHalf : partsOf(contrast, Math.max(best.threshold, half));
  const like = parts.all.filter(
    (part) => part.area * 20 >= best.part.area && meanOf(part) >= half && part.atBorder * 4 <= part.rim,
  );
  const main = like.find(({ label }) => label === labelWithin(best, parts));
  if (!main) return undefined;
  const strokes = [main];
  for (const stroke of strokes)
    for (const part of like)
      if (!strokes.includes(part) && isNear(part, stroke, lengthOf(main) / 5) && belongsTo(part, main))
        strokes.push(part);
  const others = like.filter(
    (part) =>
      !strokes.includes(part) &&
      isSamePen(part, main) &&
      heightOf(part) * 2 > heightOf(main) &&
      candidate(part, parts, contrast),
  );
  return { parts, strokes, digits: 1 + others.length };
}

/** The part that has most of the pixels of another, which was found at another threshold. */
function labelWithin({ part, parts: { labels, width } }: Candidate, others: Parts): number {
  const counts = new Map<number, number>();
  for (let i = part.top; i <= part.bottom; i++)
    for (let j = part.left; j <= part.right; j++) {
      const label = others.labels[i * width + j];
      if (label && labels[i * width + j] === part.label) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0])[0];
}

/** Less contrast is noise, an artefact of compression, or the light. */
const least = 0.1;

interface Candidate {
  part: Part;
  parts: Parts;
  threshold: number;
}

function clearest(contrast: Contrast, candidate: typeof isDigit): Candidate | undefined {
  const sorted = contrast.values.slice().sort();
  const middle = sorted[sorted.length >> 1];
  // Of normal noise this is 0.67 deviations: what is above six of it is four of them away.
  const spread = middle - sorted[sorted.length >> 2];
  const greatest = sorted[sorted.length - 1];
  let best: (Candidate & { clear: number }) | undefined;
  for (let threshold = Math.max(least, middle + 6 * spread); threshold < greatest; threshold *= 1.5) {
    const parts = partsOf(contrast, threshold);
    for (const part of parts.all) {
      // What reaches the border is hardly ever it.
      const clear = part.rim * meanOf(part) ** 2 * (part.atBorder > 0 ? 0.1 : 1);
      if (clear > (best?.clear ?? 0) && candidate(part, parts, contrast))
        best = { part, parts, threshold, clear };
    }
  }
  return best;
}

/** Whether a part may be a whole digit, or its main stroke: a line of a pen, that is not the paper's or a thing at the border. */
function isDigit(part: Part, parts: Parts, { width, height, brightness }: Contrast): boolean {
  if (!isLarge(part, parts, { width, height })) return false;
  if (Math.max(width, height) <= smallEdge) return true;
  const stroke = strokeOf(part);
  return (
    part.atBorder * 4 <= part.rim &&
    lengthOf(part) >= 3 * stroke &&
    part.rim <= 12 * lengthOf(part) && // Squared paper's lines are longer.
    widthOf(part) <= 3 * heightOf(part) && // Ruled paper's lines lie.
    sharpnessOf(part, parts, brightness) >= 0.8
  );
}

const isLarge = (part: Part, _: Parts, { width, height }: Pick<Contrast, "width" | "height">) =>
  lengthOf(part) * 40 >= Math.max(width, height);

/** The contrast that a tenth of a part's pixels exceed. */
function levelOf(part: Part, { labels, width }: Parts, { values }: Contrast): number {
  const own: number[] = [];
  for (let i = part.top; i <= part.bottom; i++)
    for (let j = part.left; j <= part.right; j++)
      if (labels[i * width + j] === part.label) own.push(values[i * width + j]);
  return own.sort((a, b) => a - b)[Math.floor(own.length * 0.9)];
}

/** Of two ranges: how long they share, below 0 how far they are apart. */
const shared = (top: number, bottom: number, top2: number, bottom2: number) =>
  Math.min(bottom, bottom2) - Math.max(top, top2);

const isNear = (a: Part, b: Part, gap: number) =>
  shared(a.top, a.bottom, b.top, b.bottom) >= -gap && shared(a.left, a.right, b.left, b.right) >= -gap;

const isSamePen = (a: Part, b: Part) =>
  strokeOf(a) < 2.5 * strokeOf(b) && strokeOf(b) < 2.5 * strokeOf(a) && meanOf(a) > 0.6 * meanOf(b);

/** Whether it is a stroke of the same digit, instead of a digit beside or above it, which is as high and does not lie across. */
function belongsTo(part: Part, main: Part): boolean {
  if (!isSamePen(part, main) || lengthOf(part) * 2 > lengthOf(main) * 3) return false;
  if (heightOf(part) * 2 < heightOf(main)) return true;
  const isBeside = (first: number, last: number, first2: number, last2: number) =>
    shared(first, last, first2, last2) * 5 < Math.min(last - first, last2 - first2);
  return !(
    isBeside(part.left, part.right, main.left, main.right) ||
    isBeside(part.top, part.bottom, main.top, main.bottom)
  );
}
