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

/**
 * The mean over the classes that occur of the area below the curve of precision over recall, precision taken as the
 * highest at this recall or a greater one. A box is right where it overlaps a true one of its class by at least `least`
 * that no surer box has found already.
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
  const precisions = labels.map((label) =>
    averagePrecision(
      found.filter((one) => one.label === label),
      truths.filter((one) => one.label === label),
      least,
    ),
  );
  return precisions.length === 0 ? 0 : precisions.reduce((a, b) => a + b) / precisions.length;
}

function averagePrecision(found: readonly Found[], truths: readonly Truth[], least: number): number {
  const open = new Map<number, Truth[]>();
  for (const truth of truths) open.set(truth.picture, [...(open.get(truth.picture) ?? []), truth]);
  const taken = new Set<Truth>();
  const curve: { recall: number; precision: number }[] = [];
  let right = 0;
  [...found]
    .sort((a, b) => b.score - a.score)
    .forEach(({ picture, box }, i) => {
      const [best] = (open.get(picture) ?? [])
        .map((truth) => ({ truth, shared: overlap(box, truth.box) }))
        .sort((a, b) => b.shared - a.shared);
      if (best && best.shared >= least && !taken.has(best.truth)) {
        taken.add(best.truth);
        right++;
      }
      curve.push({ recall: right / truths.length, precision: right / (i + 1) });
    });
  let [sum, highest] = [0, 0];
  for (let i = curve.length - 1; i >= 0; i--) {
    highest = Math.max(highest, curve[i].precision);
    sum += (curve[i].recall - (curve[i - 1]?.recall ?? 0)) * highest;
  }
  return sum;
}

const boxesOfClasses = rule(
  "a list of { picture, label, box: [top, left, bottom, right] }",
  (value) => Array.isArray(value) && value.every((one: Truth | null) => one?.box?.length === 4),
);
