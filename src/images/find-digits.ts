/** All digits of a sheet of paper, each as MNIST would show it. */
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
import { type Contrast, inkContrast } from "./paper.js";
import type { Picture } from "./picture.js";
import { shownAsMnist } from "./prepare-digit.js";
import type { Region } from "./resample.js";

export interface DigitOfSheet {
  /** 28×28×1, light ink on black. */
  readonly digit: Picture;
  /** Where it stands in the picture, in its pixels. */
  readonly region: Region;
}

/** A digit of thirty on a page still has forty pixels. */
const longest = 1100;
/** No digit is shorter than this share of the page, nor longer. */
const [shortest, tallest] = [1 / 60, 1 / 4];

/**
 * The digits of a page, in the order in which they are read: rows from the top, each from the left. The page may be ruled,
 * lie askew, and have a shadow over it, as long as the pen is darker than the lines.
 *
 * Parts are taken at several thresholds, since ruled lines join the strokes below some of them; that one holds at which the
 * most parts look like digits of one hand: strokes of a pen, of about one height. Small strokes beside one of them are its own.
 */
export function findDigits(picture: Picture): DigitOfSheet[] {
  const whole = { top: 0, left: 0, width: picture.width, height: picture.height };
  const contrast = inkContrast(picture, whole, longest);
  const best = clearest(contrast);
  if (!best) return [];
  const { parts, mains } = best;
  const height = medianOf(mains.map(heightOf));
  const scale = picture.width / contrast.width;
  const found = mains.map((main) => ({ main, strokes: [main] }));
  for (const part of parts.all) {
    if (mains.includes(part) || part.area < 8 || lengthOf(part) > 0.8 * height) continue;
    // The bar of a 5 that does not touch it: near, of the same pen, and no speck of the paper.
    const near = found
      .map((one) => ({ one, gap: gapOf(part, one.main) }))
      .filter(
        ({ one, gap }) => gap <= height / 5 && part.area * 20 >= one.main.area && isSamePen(part, one.main),
      )
      .sort((a, b) => a.gap - b.gap)[0];
    near?.one.strokes.push(part);
  }
  return inReadingOrder(found, height).map(({ strokes }) => {
    const top = Math.min(...strokes.map((part) => part.top));
    const left = Math.min(...strokes.map((part) => part.left));
    const bottom = Math.max(...strokes.map((part) => part.bottom));
    const right = Math.max(...strokes.map((part) => part.right));
    return {
      digit: shownAsMnist(contrast, { parts, strokes }),
      region: {
        top: top * scale,
        left: left * scale,
        height: (bottom - top + 1) * scale,
        width: (right - left + 1) * scale,
      },
    };
  });
}

/** Less contrast is noise, an artefact of compression, or the light. */
const least = 0.1;

function clearest(contrast: Contrast): { parts: Parts; mains: Part[] } | undefined {
  const sorted = contrast.values.slice().sort();
  const middle = sorted[sorted.length >> 1];
  const spread = middle - sorted[sorted.length >> 2];
  const greatest = sorted[sorted.length - 1];
  let best: { parts: Parts; mains: Part[] } | undefined;
  for (let threshold = Math.max(least, middle + 6 * spread); threshold < greatest; threshold *= 1.35) {
    const parts = partsOf(contrast, threshold);
    const like = parts.all.filter((part) => isDigit(part, parts, contrast));
    if (like.length === 0) continue;
    const height = medianOf(like.map(heightOf));
    const mains = like.filter((part) => heightOf(part) > 0.5 * height && heightOf(part) < 2 * height);
    // Among equals the lower one: strokes are whole there.
    if (mains.length > (best?.mains.length ?? 0)) best = { parts, mains };
  }
  return best;
}

function isDigit(part: Part, parts: Parts, { width, height, brightness }: Contrast): boolean {
  const [page, length] = [Math.max(width, height), lengthOf(part)];
  return (
    part.atBorder === 0 &&
    length >= page * shortest &&
    length <= page * tallest &&
    length >= 3 * strokeOf(part) &&
    part.rim <= 12 * length &&
    widthOf(part) <= 2 * heightOf(part) &&
    sharpnessOf(part, parts, brightness) >= 0.7
  );
}

const isSamePen = (a: Part, b: Part) =>
  strokeOf(a) < 2.5 * strokeOf(b) && strokeOf(b) < 2.5 * strokeOf(a) && meanOf(a) > 0.6 * meanOf(b);

/** How far two boxes are apart, the longer way. */
const gapOf = (a: Part, b: Part): number =>
  Math.max(a.top - b.bottom, b.top - a.bottom, a.left - b.right, b.left - a.right, 0);

const medianOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

/** From the left each goes on the row whose last digit stands beside it: rows may rise or fall. */
function inReadingOrder<D extends { readonly main: Part }>(found: readonly D[], height: number): D[] {
  const middle = ({ main }: D) => (main.top + main.bottom) / 2;
  const rows: D[][] = [];
  for (const one of [...found].sort((a, b) => a.main.left - b.main.left)) {
    const row = rows
      .map((row) => ({ row, off: Math.abs(middle(row[row.length - 1]) - middle(one)) }))
      .filter(({ off }) => off < 0.7 * height)
      .sort((a, b) => a.off - b.off)[0];
    if (row) row.row.push(one);
    else rows.push([one]);
  }
  const meanOfRow = (row: readonly D[]) => row.reduce((sum, one) => sum + middle(one), 0) / row.length;
  return rows.sort((a, b) => meanOfRow(a) - meanOfRow(b)).flat();
}
