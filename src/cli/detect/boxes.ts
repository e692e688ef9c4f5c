/** The pictures with boxes that a command was given, and what is said of them. */
import type { Command } from "commander";
import { UsageError } from "../../door/usage-error.js";
import { count } from "../../formatting/numbers.js";
import { type AnnotationParts, type Annotations, openAnnotations } from "../../tasks/annotations/index.js";
import * as detection from "../../tasks/detection/index.js";
import { type ShapePictures, shapes } from "../../tasks/shapes/index.js";
import { newestRun } from "../newest-run.js";
import { nameList } from "../values.js";

/** Options that say how annotations are read. */
export const boxOptions = (command: Command): Command =>
  command
    .option("--classes <names>", "the names of the classes, with commas, where no file says them", nameList)
    .option("--pictures <folder>", "where the pictures lie, if not where the format has them")
    .option("--one-based", "of tables: pixels count from 1, and right and bottom are a box's last ones")
    .option("--skip-bad", "leave out boxes and files that are none, and list them");

export const howBoxesAreRead = ["classes", "pictures", "oneBased", "skipBad"];

export interface BoxOptions {
  classes?: string[];
  pictures?: string;
  oneBased?: boolean;
  skipBad?: boolean;
}

/** Pictures with boxes, by the way in which they are had. */
export type Boxes = Annotations | ShapePictures;

export const areShapes = (boxes: Boxes): boxes is ShapePictures => "drawn" in boxes;

/** The parts that are trained on, where several are there. */
const trained = ["train", "train2017", "trainval", "all"];
const tested = ["test", "val", "val2017", "valid"];

/** Which shapes are trained on where no data are named. */
export interface DrawnData {
  readonly size: number;
  readonly train: number;
  readonly test: number;
  readonly objects: readonly [least: number, most: number];
}

const made: DrawnData = { size: 128, train: 1000, test: 200, objects: [1, 4] };

const opened = (
  path: string,
  { classes, pictures, oneBased, skipBad }: BoxOptions,
): Promise<AnnotationParts> =>
  openAnnotations(path, {
    ...(classes && { classes }),
    ...(pictures !== undefined && { pictures }),
    ...(oneBased && { oneBased }),
    ...(skipBad && { skipBad }),
  });

const partNamed = (parts: AnnotationParts, path: string, part: string): Annotations => {
  if (!Object.hasOwn(parts, part))
    throw new UsageError(`${path}: has no part ${part}; there are ${Object.keys(parts).join(", ")}`);
  return parts[part];
};

/** The same picture may stand in several parts. */
const keyOf = ({ file, name }: Annotations["pictures"][number]): string => file ?? name;

/** Several parts as one. */
function together(all: readonly Annotations[], name: string): Annotations {
  const [first] = all;
  if (all.length === 1) return first;
  const seen = new Map(all.flatMap(({ pictures }) => pictures.map((one) => [keyOf(one), one] as const)));
  return { ...first, name, pictures: [...seen.values()], skipped: all.flatMap(({ skipped }) => skipped) };
}

/** Pictures to train on and to test by; without a folder shapes that code draws. */
export async function trainingBoxes(
  options: BoxOptions & { data?: string; test?: string; part?: string[]; seed: number },
  usual = made,
): Promise<{ train: Boxes; test: Boxes; remarks: string[] }> {
  const { data, test, part, seed } = options;
  if (data === undefined) {
    if (test !== undefined) throw new UsageError("--test belongs to --data: name a folder to train on, too");
    const drawn = shapes({ ...usual, seed });
    return { ...drawn, remarks: ["No --data: training on shapes that code draws."] };
  }
  const parts = await opened(data, options);
  const names = Object.keys(parts);
  const own = part ?? [trained.find((name) => names.includes(name)) ?? names[0]];
  const train = together(
    own.map((name) => partNamed(parts, data, name)),
    `${data}, ${own.join(" and ")}`,
  );
  if (test !== undefined) {
    const others = await opened(test, options);
    const held = tested.find((name) => Object.hasOwn(others, name)) ?? Object.keys(others)[0];
    return { train, test: others[held], remarks: [] };
  }
  // Of trainval and val the one is in the other.
  const seen = new Set(train.pictures.map(keyOf));
  const unseen = ({ pictures }: Annotations) => pictures.filter((one) => !seen.has(keyOf(one)));
  const held = tested.find((name) => names.includes(name) && unseen(parts[name]).length > 0);
  if (held !== undefined) {
    const left = unseen(parts[held]);
    const twice = parts[held].pictures.length - left.length;
    const remarks =
      twice > 0 ? [`${count(twice)} pictures of ${held} are trained on, and not tested by.`] : [];
    return { train, test: { ...parts[held], pictures: left }, remarks };
  }
  const { pictures } = train;
  if (pictures.length < 10)
    throw new UsageError(
      `${data}: has ${pictures.length} pictures, too few to set some apart for testing: --test PATH brings others`,
    );
  const parted = apartOf(train, 0.1);
  return {
    train: parted.train,
    test: parted.validation!,
    remarks: [
      `No --test, and no part to test by: every tenth picture, ${parted.validation!.pictures.length}, is set apart.`,
    ],
  };
}

/** Every so many pictures apart from the others; shapes, of which there are always more, stay as they are. */
export function apartOf<B extends Boxes>(boxes: B, share: number): { train: B; validation?: Annotations } {
  if (share === 0 || areShapes(boxes)) return { train: boxes };
  const { name, pictures } = boxes;
  const isApart = (i: number): boolean => Math.floor((i + 1) * share) > Math.floor(i * share);
  return {
    train: { ...boxes, pictures: pictures.filter((_, i) => !isApart(i)) },
    validation: {
      ...(boxes as Annotations),
      name: `${share === 0.1 ? "a tenth" : "a part"} of ${name}`,
      pictures: pictures.filter((_, i) => isApart(i)),
      skipped: [],
    },
  };
}

/** Pictures to measure by; the made ones where the network was trained on these, and none are named. */
export async function testBoxes(
  { trainedOn }: { readonly trainedOn: string },
  options: BoxOptions & { data?: string; part?: string[] },
  usual = made,
): Promise<Boxes> {
  const { data, part } = options;
  if (data === undefined) {
    if (trainedOn !== "shapes, train") throw new UsageError("which pictures? --data PATH names them");
    return shapes(usual).test;
  }
  const parts = await opened(data, options);
  const names = Object.keys(parts);
  const own = part ?? [tested.find((name) => names.includes(name)) ?? names[0]];
  return together(
    own.map((name) => partNamed(parts, data, name)),
    `${data}, ${own.join(" and ")}`,
  );
}

export const detectorOption = (command: Command): Command =>
  command.option("--checkpoint <file>", "the trained network; the newest in runs/ if left out");

export async function detectorFrom(checkpoint: string | undefined): Promise<detection.Detector> {
  return detection.load(checkpoint ?? (await newestRun("detect", "detector of objects", "detect train")));
}

/** "bccd, train: 205 pictures, 3,300 boxes: RBC 2,800, …" */
export function toldBoxes(boxes: Boxes): string {
  if (areShapes(boxes))
    return `${boxes.name}: ${count(boxes.length)} pictures of ${boxes.classes!.length} classes (${boxes.classes!.join(", ")}), drawn when they are needed`;
  const { name, pictures, classes } = boxes;
  const objects = pictures.flatMap((one) => one.objects);
  const counts = classes.map((one, label) => ({
    one,
    n: objects.filter((object) => object.label === label).length,
  }));
  const shown = counts.slice(0, 14).map(({ one, n }) => `${one} ${count(n)}`);
  const left = objects.filter(({ difficult, crowd }) => difficult || crowd).length;
  const empty = pictures.filter((one) => one.objects.length === 0).length;
  return [
    `${name}: ${count(pictures.length)} pictures, ${count(objects.length)} boxes: ${shown.join(", ")}${counts.length > 14 ? ` and ${counts.length - 14} more` : ""}`,
    ...(left > 0 ? [`${count(left)} of them difficult or crowds, which nobody is to find`] : []),
    ...(empty > 0 ? [`${count(empty)} pictures without boxes`] : []),
  ].join("; ");
}

/** What was left out; of many the first few. */
export function toldSkippedBoxes(boxes: Boxes): string[] {
  if (areShapes(boxes)) return [];
  const { skipped, notes } = boxes;
  const shown = skipped.slice(0, 5).map(({ place, why }) => `  left out: ${place} ${why}`);
  return [
    ...notes,
    ...shown,
    ...(skipped.length > shown.length ? [`  and ${count(skipped.length - shown.length)} more`] : []),
  ];
}
