/** Boxes that were found and boxes that are there, as the measures of detection take them. */
import { checkArgument } from "../../door/argument.js";
import { rule } from "../../door/rules.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Kept } from "../../training/objective.js";
import type { Found, Truth } from "../../training/objectives/average-precision.js";

export type { Found } from "../../training/objectives/average-precision.js";

/** A box that is there. */
export interface TrueBox extends Truth {
  /** Who does not find it has made no mistake, and who finds it no hit. */
  readonly difficult?: boolean;
  /** A group of objects: COCO lets any number of boxes lie in it, which are neither hits nor mistakes. */
  readonly crowd?: boolean;
  /** Of the object in it, by which COCO tells small from large; the box's own if left out. In pixels. */
  readonly area?: number;
}

/** What an objective keeps of a batch of N pictures: of found boxes R places, of true ones K. */
export interface KeptDetections {
  /** N×R×4, [top, left, bottom, right] */
  readonly boxes: Kept;
  /** N×R */
  readonly scores: Kept;
  /** N×R, −1 where nothing was found. */
  readonly labels: Kept;
  /** N×K×4 */
  readonly trueBoxes: Kept;
  /** N×K, −1 where there is none. */
  readonly trueLabels: Kept;
  /** N×K, of which all but 0 are difficult; none if left out. */
  readonly difficult?: Kept;
  readonly crowds?: Kept;
  /** N×K areas in pixels; those of the boxes if left out. */
  readonly areas?: Kept;
}

const someKept = rule(
  "a list of { boxes, scores, labels, trueBoxes, trueLabels }, each { values, shape }",
  (value) =>
    Array.isArray(value) &&
    value.every((batch: Partial<KeptDetections> | null) =>
      ([batch?.boxes, batch?.scores, batch?.labels, batch?.trueBoxes, batch?.trueLabels] as const).every(
        (kept) => Array.isArray(kept?.shape) && typeof kept.values?.length === "number",
      ),
    ),
);

/** The boxes of all batches, with the number of their picture: what the `scores` of an objective measure. */
export function gathered(batches: readonly KeptDetections[]): { found: Found[]; truths: TrueBox[] } {
  checkArgument("gathered", "what was kept", batches, someKept);
  const [found, truths]: [Found[], TrueBox[]] = [[], []];
  let first = 0;
  for (const { boxes, scores, labels, trueBoxes, trueLabels, difficult, crowds, areas } of batches) {
    each(labels, boxes, first, (record, at) => found.push({ ...record, score: scores.values[at] }));
    each(trueLabels, trueBoxes, first, (record, at) =>
      truths.push({
        ...record,
        ...(difficult?.values[at] ? { difficult: true } : {}),
        ...(crowds?.values[at] ? { crowd: true } : {}),
        ...(areas ? { area: areas.values[at] } : {}),
      }),
    );
    first += labels.shape[0];
  }
  return { found, truths };
}

/** The true boxes of each picture of a batch with the fields `boxes`, `labels` and maybe `ignored`. */
export async function trueBoxesOf(batch: {
  readonly [field: string]: Tensor;
}): Promise<Omit<TrueBox, "picture">[][]> {
  const { boxes, labels, ignored } = batch;
  const kept = async (x: Tensor): Promise<Kept> => ({ values: await x.data(), shape: x.shape });
  const own = { boxes: await kept(boxes), labels: await kept(labels) };
  const marks = ignored ? (await kept(ignored)).values : undefined;
  const found: Omit<TrueBox, "picture">[][] = Array.from({ length: labels.shape[0] }, () => []);
  each(own.labels, own.boxes, 0, ({ picture, ...one }, at) => {
    found[picture].push(marks?.[at] ? { ...one, difficult: true } : one);
  });
  return found;
}

function each(labels: Kept, boxes: Kept, first: number, take: (record: Truth, at: number) => void): void {
  const [n, places] = labels.shape;
  for (let at = 0; at < n * places; at++) {
    const label = labels.values[at];
    if (label < 0) continue;
    const [top, left, bottom, right] = boxes.values.subarray(4 * at, 4 * at + 4);
    take({ picture: first + Math.floor(at / places), label, box: [top, left, bottom, right] }, at);
  }
}

const isBox = (one: Truth | null): boolean =>
  one?.box?.length === 4 && one.box.every(Number.isFinite) && Number.isInteger(one.label);

/** What must be given as boxes that were found. */
export const someFound = rule(
  "boxes { picture, label, box: [top, left, bottom, right], score }",
  (value) =>
    Array.isArray(value) && value.every((one: Found | null) => isBox(one) && Number.isFinite(one!.score)),
);

/** What must be given as boxes that are there. */
export const someTrue = rule(
  "boxes { picture, label, box: [top, left, bottom, right] }",
  (value) => Array.isArray(value) && value.every(isBox),
);

/** Records by a number of theirs, each list in the order in which they came. */
export function grouped<T>(records: readonly T[], by: (record: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const record of records) {
    const key = by(record);
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  return groups;
}

/** Best first; of equal scores the one that came first. */
export const byScore = (a: { readonly score: number }, b: { readonly score: number }): number =>
  b.score - a.score;

/** NaN of nothing. */
export const meanOf = (numbers: readonly number[]): number =>
  numbers.length === 0 ? Number.NaN : numbers.reduce((a, b) => a + b) / numbers.length;
