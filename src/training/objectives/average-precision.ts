/** How well boxes were found: the average precision of each class, and its mean. */

import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { rule, withinOne } from "../../door/rules.js";

/** [top, left, bottom, right], in one unit. */
export type Corners = readonly [top: number, left: number, bottom: number, right: number];

/** A box with its class, in a picture of its number. */
export interface Found {
  readonly picture: number;
  readonly label: number;
  readonly box: Corners;
  readonly score: number;
}

/** A box that is there. */
export type Truth = Omit<Found, "score">;

/** Intersection over union: 0 of boxes that do not touch, 1 of equal ones. */
export function overlap(a: Corners, b: Corners): number {
  const height = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const width = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const both = height * width;
  const union = area(a) + area(b) - both;
  return union > 0 ? both / union : 0;
}

const area = ([top, left, bottom, right]: Corners): number =>
  Math.max(0, bottom - top) * Math.max(0, right - left);

/** Of boxes of one class in one picture that overlap by more than `most` only that with the highest score stays. */
export function suppressed(found: readonly Found[], most: number): Found[] {
  const kept: Found[] = [];
  for (const one of [...found].sort((a, b) => b.score - a.score))
    if (kept.every((other) => overlap(one.box, other.box) <= most)) kept.push(one);
  return kept;
}

/** A place of a ranking: what has been found up to there. */
export interface RankedPlace {
  readonly score: number;
  readonly recall: number;
  readonly precision: number;
}

/**
 * Recall and precision at each place of the ranking of one class's boxes, of equal scores the first given first. Each looks
 * at the true box of its picture that it overlaps most, of equal ones the first: it is a hit where `finds` says so and
 * nobody surer has found it. Those that find what does not count are left out.
 */
export function precisionCurve<T extends Truth>(
  found: readonly Found[],
  truths: readonly T[],
  { finds, counts = () => true }: { finds: (overlap: number) => boolean; counts?: (truth: T) => boolean },
): RankedPlace[] {
  const there = new Map<number, T[]>();
  for (const truth of truths) {
    const own = there.get(truth.picture);
    if (own) own.push(truth);
    else there.set(truth.picture, [truth]);
  }
  const counted = truths.filter(counts).length;
  const taken = new Set<T>();
  const curve: RankedPlace[] = [];
  let [hits, mistakes] = [0, 0];
  for (const { picture, box, score } of [...found].sort((a, b) => b.score - a.score)) {
    let best: T | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const truth of there.get(picture) ?? []) {
      const shared = overlap(box, truth.box);
      if (shared > most) [best, most] = [truth, shared];
    }
    if (best && finds(most)) {
      if (!counts(best)) continue;
      if (taken.has(best)) mistakes++;
      else hits++;
      taken.add(best);
    } else mistakes++;
    curve.push({ score, recall: counted === 0 ? 0 : hits / counted, precision: hits / (hits + mistakes) });
  }
  return curve;
}

/** The precision at each place of a ranking made the highest from there on. */
export function monotone(precision: Float64Array): Float64Array {
  for (let i = precision.length - 2; i >= 0; i--) precision[i] = Math.max(precision[i], precision[i + 1]);
  return precision;
}

/** The area below the curve of the highest precision at a recall or a greater one. */
export function areaBelow(curve: readonly RankedPlace[]): number {
  const highest = monotone(Float64Array.from(curve, ({ precision }) => precision));
  let sum = 0;
  curve.forEach(({ recall }, i) => {
    sum += (recall - (i === 0 ? 0 : curve[i - 1].recall)) * highest[i];
  });
  return sum;
}

/**
 * The mean over the classes that occur of the area below the curve of precision over recall, precision taken as the
 * highest at this recall or a greater one. A box is right where it overlaps a true one of its class by at least `least`
 * that no surer box has found already: COCO's rule. `detection.vocPrecision` is the same with VOC's, by more than a half.
 *
 * @param options  `least`: 0.5 if left out
 * @returns        0 where there are no true boxes
 * Everingham et al.: The Pascal Visual Object Classes Challenge: A Retrospective, IJCV 111, 2015, section 4.2.
 */
export function meanAveragePrecision(
  found: readonly Found[],
  truths: readonly Truth[],
  options: { least?: number } = {},
): number {
  const { least = 0.5 } = optionsOf("meanAveragePrecision", options, { least: withinOne });
  for (const [name, boxes] of Object.entries({ found, truths }))
    checkArgument("meanAveragePrecision", name, boxes, boxesOfClasses);
  const labels = [...new Set(truths.map(({ label }) => label))];
  const precisions = labels.map((label) => {
    const ofClass = (one: Truth) => one.label === label;
    return areaBelow(
      precisionCurve(found.filter(ofClass), truths.filter(ofClass), { finds: (shared) => shared >= least }),
    );
  });
  return precisions.length === 0 ? 0 : precisions.reduce((a, b) => a + b) / precisions.length;
}

const boxesOfClasses = rule(
  "a list of { picture, label, box: [top, left, bottom, right] }",
  (value) => Array.isArray(value) && value.every((one: Truth | null) => one?.box?.length === 4),
);
