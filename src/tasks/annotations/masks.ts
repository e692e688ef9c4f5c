/** Masks of objects: outlines, and runs of pixels (COCO's RLE), packed as text and not. */
import { checkArgument } from "../../door/argument.js";
import { rule, text, wholeOfAtLeast } from "../../door/rules.js";

/** What belongs to an object: outlines, or runs of pixels. */
export type ObjectMask = Outlines | Runs;

/** Polygons, each x₀, y₀, x₁, y₁, … in pixels from the picture's upper left corner; the object is what lies in any of them. */
export interface Outlines {
  readonly polygons: readonly (readonly number[])[];
}

/**
 * Lengths of runs of pixels, column by column from the upper left corner: so many that do not belong to the object, so many
 * that do, and so on (COCO's RLE).
 */
export interface Runs {
  readonly size: readonly [height: number, width: number];
  readonly counts: readonly number[];
}

const lengths = rule(
  "a list of lengths of runs, whole numbers",
  (value) => Array.isArray(value) && value.every(Number.isSafeInteger),
);
const aSize = rule(
  "[height, width], whole numbers",
  (value) =>
    Array.isArray(value) && value.length === 2 && value.every((edge) => wholeOfAtLeast(0).holds(edge)),
);
const aMask = rule("{ polygons } or { size, counts }", (value) => {
  if (typeof value !== "object" || value === null) return false;
  const { polygons, size, counts } = value as { [K in "polygons" | "size" | "counts"]?: unknown };
  if (counts !== undefined) return lengths.holds(counts) && aSize.holds(size);
  return Array.isArray(polygons) && polygons.every((one) => typeof one?.length === "number");
});

/** Of a packed run's digits: five bits each, a sixth that says that more follow, from "0" on. */
const [digit, more, first] = [5, 0x20, 48];

/**
 * Lengths of runs out of COCO's packed text: numbers in digits of five bits, the least first, the last one's highest bit
 * their sign; from the fourth run on each is how much longer it is than the one two before.
 *
 * @returns undefined where the text ends within a number, or has other letters
 */
export function countsOf(packed: string): number[] | undefined {
  checkArgument("countsOf", "what is packed", packed, text);
  const counts: number[] = [];
  for (let at = 0; at < packed.length; ) {
    let [value, shift] = [0, 1];
    for (;;) {
      const code = packed.charCodeAt(at++) - first;
      if (!(code >= 0 && code < 64)) return undefined;
      value += (code & 0x1f) * shift;
      shift *= 2 ** digit;
      if (code & more) continue;
      if (code & 0x10) value -= shift;
      break;
    }
    counts.push(counts.length > 2 ? value + counts[counts.length - 2] : value);
  }
  return counts;
}

/** Lengths of runs as COCO's packed text. */
export function packedCounts(counts: readonly number[]): string {
  checkArgument("packedCounts", "what is given", counts, lengths);
  let text = "";
  counts.forEach((count, i) => {
    let rest = i > 2 ? count - counts[i - 2] : count;
    for (;;) {
      const low = ((rest % 32) + 32) % 32;
      rest = Math.floor(rest / 32);
      const isLast = low & 0x10 ? rest === -1 : rest === 0;
      text += String.fromCharCode(first + low + (isLast ? 0 : more));
      if (isLast) break;
    }
  });
  return text;
}

/** The runs of a mask, H×W numbers in rows, of which all but 0 belong to it. */
export function runsOf(mask: ArrayLike<number>, size: Runs["size"]): Runs {
  checkArgument("runsOf", "the size", size, aSize);
  const [height, width] = size;
  checkArgument(
    "runsOf",
    "the mask",
    mask,
    rule(`${height}×${width} numbers`, (value) => (value as typeof mask | null)?.length === height * width),
  );
  const counts: number[] = [];
  let [inside, run] = [false, 0];
  for (let j = 0; j < width; j++)
    for (let i = 0; i < height; i++) {
      if ((mask[i * width + j] !== 0) !== inside) {
        counts.push(run);
        [inside, run] = [!inside, 0];
      }
      run++;
    }
  counts.push(run);
  return { size: [height, width], counts };
}

/**
 * The pixels of a mask, H×W in rows from the top: 1 where they belong to it, else 0. Of outlines those whose middle lies
 * inside; where an outline crosses itself, inside is what a line from outside reaches after an odd number of edges.
 */
export function maskPixels(mask: ObjectMask, height: number, width: number): Uint8Array {
  checkArgument("maskPixels", "the mask", mask, aMask);
  if ("counts" in mask) return pixelsOfRuns(mask);
  checkArgument("maskPixels", "the size", [height, width], aSize);
  return pixelsOfOutlines(mask, height, width);
}

function pixelsOfRuns({ size: [height, width], counts }: Runs): Uint8Array {
  const pixels = new Uint8Array(height * width);
  let at = 0;
  counts.forEach((count, i) => {
    if (i % 2 === 1)
      for (let n = at; n < at + count; n++) pixels[(n % height) * width + Math.floor(n / height)] = 1;
    at += count;
  });
  return pixels;
}

function pixelsOfOutlines({ polygons }: Outlines, height: number, width: number): Uint8Array {
  const pixels = new Uint8Array(height * width);
  for (const polygon of polygons) {
    const corners = polygon.length / 2;
    for (let i = 0; i < height; i++) {
      const y = i + 0.5;
      const crossings: number[] = [];
      for (let n = 0; n < corners; n++) {
        const m = (n + 1) % corners;
        const [x0, y0, x1, y1] = [polygon[2 * n], polygon[2 * n + 1], polygon[2 * m], polygon[2 * m + 1]];
        if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
      }
      crossings.sort((a, b) => a - b);
      for (let n = 0; n + 1 < crossings.length; n += 2) {
        const from = Math.max(0, Math.ceil(crossings[n] - 0.5));
        const to = Math.min(width, Math.ceil(crossings[n + 1] - 0.5));
        if (to > from) pixels.fill(1, i * width + from, i * width + to);
      }
    }
  }
  return pixels;
}

/** What is wrong with a mask; undefined where nothing is. */
export function maskFault(
  mask: ObjectMask,
  { width, height }: { readonly width: number; readonly height: number },
): string | undefined {
  if ("polygons" in mask) {
    for (const polygon of mask.polygons)
      if (polygon.length < 6 || polygon.length % 2 === 1 || !polygon.every(Number.isFinite))
        return `has an outline of ${polygon.length} numbers, expected x and y of three corners or more`;
    return mask.polygons.length === 0 ? "has a mask without outlines" : undefined;
  }
  const [h, w] = mask.size;
  if (h !== height || w !== width) return `has a mask of ${w}×${h} pixels, its picture is ${width}×${height}`;
  if (!mask.counts.every((count) => Number.isInteger(count) && count >= 0))
    return "has a mask with a run that is no length";
  const total = mask.counts.reduce((sum, count) => sum + count, 0);
  return total === h * w
    ? undefined
    : `has a mask whose runs are ${total} pixels together, its picture has ${h * w}`;
}
