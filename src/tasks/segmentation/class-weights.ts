/** How often classes are, and how much the pixels of each count in training. */
import type { Examples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { rule as aRule, oneOf } from "../../door/rules.js";

/** Pixels of each class. */
export interface PixelCounts {
  /** Of all that count, and those that do not. */
  readonly pixels: number;
  readonly ignored: number;
  /** By class. */
  readonly counts: readonly number[];
  /** By class: those of all pictures in which it occurs. */
  readonly within: readonly number[];
}

/** Of more examples every so many are looked at. */
const most = 400;

/** Counts the classes of pixels, of examples with the field `map`, as they are before they are changed. */
export async function countPixels(examples: Examples, classes: number): Promise<PixelCounts> {
  const [counts, within] = [new Array<number>(classes).fill(0), new Array<number>(classes).fill(0)];
  let [pixels, ignored] = [0, 0];
  const every = Math.max(1, Math.ceil(examples.length / most));
  for (let place = 0; place < examples.length; place += every) {
    const { map } = await examples.at(Int32Array.of(place));
    const own = new Array<number>(classes).fill(0);
    const labels = map as ArrayLike<number>;
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] < classes) own[labels[i]]++;
      else ignored++;
    }
    const all = own.reduce((a, b) => a + b, 0);
    pixels += all;
    own.forEach((n, c) => {
      counts[c] += n;
      if (n > 0) within[c] += all;
    });
  }
  return { pixels, ignored, counts, within };
}

const someCounts = aRule("{ pixels, counts, within }, as a training begins with", (value) => {
  const { pixels, counts, within } = (value ?? {}) as Partial<PixelCounts>;
  return Number.isFinite(pixels) && Array.isArray(counts) && Array.isArray(within);
});

/** By which rule classes weigh. */
export type ClassWeights = "root" | "median" | "none";

/** A class of this share of the pixels counts once. */
const usualShare = 0.08;
const largest = 4;

/**
 * How much the pixels of each class count. "root": √(0.08 / share), at most 4, where share is that of all pixels. "median": the
 * median of the classes' frequencies by that of the class, a frequency being the share among the pixels of the pictures in which
 * the class occurs. A class that does not occur counts 1.
 *
 * Eigen, Fergus: Predicting Depth, Surface Normals and Semantic Labels, ICCV 2015, section 6.3.1 ("median frequency balancing").
 */
export function classWeights(pixelCounts: PixelCounts, rule: ClassWeights): number[] {
  checkArgument("classWeights", "what is given", pixelCounts, someCounts);
  checkArgument("classWeights", "the rule", rule, oneOf("root", "median", "none"));
  const { pixels, counts, within } = pixelCounts;
  if (rule === "none") return counts.map(() => 1);
  if (rule === "root")
    return counts.map((n) => (n === 0 ? 1 : Math.min(largest, Math.sqrt(usualShare / (n / pixels)))));
  const frequencies = counts.map((n, c) => n / within[c]);
  const there = frequencies.filter((f) => f > 0).sort((a, b) => a - b);
  const half = there.length >> 1;
  const median = there.length % 2 === 1 ? there[half] : (there[half - 1] + there[half]) / 2;
  return frequencies.map((f) => (f > 0 ? median / f : 1));
}
