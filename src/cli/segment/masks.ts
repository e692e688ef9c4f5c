/** The pictures with classes of pixels that a command was given, and what is said of them. */
import type { Command } from "commander";
import { DataError } from "../../data/dataset.js";
import { count } from "../../formatting/numbers.js";
import { pixelLabels } from "../../tasks/annotations/index.js";
import * as segmentation from "../../tasks/segmentation/index.js";
import { areShapes, type Boxes, type BoxOptions } from "../detect/boxes.js";
import { newestRun } from "../newest-run.js";
import { nameList } from "../values.js";
import { waitingLine } from "../waiting-line.js";

/** Options that say how maps and masks are read. */
export const maskOptions = (command: Command): Command =>
  command
    .option("--classes <names>", "the names of the classes, with commas, where no file says them", nameList)
    .option("--pictures <folder>", "where the pictures lie, if not where the format has them")
    .option("--skip-bad", "leave out maps and files that are none, and list them");

export const howMasksAreRead = ["classes", "pictures", "skipBad"] satisfies (keyof BoxOptions)[];

/**
 * Reads every map of pictures, before anything is told, made or written.
 * @param classes  what labels are called, where the files do not say it
 * @returns        what their labels are called
 * @throws DataError in one line that names the file and the pixel
 */
export async function checkMaps(
  masks: Boxes,
  {
    ignore = [],
    classes,
    json,
    signal,
  }: { ignore?: readonly number[]; classes?: readonly string[]; json?: boolean; signal?: AbortSignal },
): Promise<readonly string[]> {
  if (areShapes(masks)) return masks.classes!;
  const isUnnamed = masks.classes.length === 0;
  const labels = await pixelLabels(masks, { ignore, ...(isUnnamed && classes ? { classes } : {}) });
  if (labels.classes.length < 2)
    throw new DataError(`${masks.name}: has one class, ${labels.classes.join()}, expected two or more`);
  const line = waitingLine({ json });
  try {
    for (const [i, picture] of labels.pictures.entries()) {
      signal?.throwIfAborted();
      if (picture.labels !== undefined) await labels.of(picture);
      line.show(`looking at the maps: ${count(i + 1)} of ${count(labels.pictures.length)}`);
    }
  } finally {
    line.clear();
  }
  return labels.classes;
}

export const segmenterOption = (command: Command): Command =>
  command.option("--checkpoint <file>", "the trained network; the newest in runs/ if left out");

export async function segmenterFrom(checkpoint: string | undefined): Promise<segmentation.Segmenter> {
  return segmentation.load(
    checkpoint ?? (await newestRun("segment", "segmenter of pictures", "segment train")),
  );
}

/** "camvid, train: 50 pictures, maps of labels" */
export function toldMasks(masks: Boxes): string {
  if (areShapes(masks))
    return `${masks.name}: ${count(masks.length)} pictures of ${masks.classes!.length} classes (${masks.classes!.join(", ")}) and the ground, drawn when they are needed`;
  const { name, pictures } = masks;
  const mapped = pictures.filter(({ labels }) => labels !== undefined).length;
  if (mapped === 0) {
    const objects = pictures.flatMap((one) => one.objects);
    const masked = objects.filter(({ mask }) => mask).length;
    return `${name}: ${count(pictures.length)} pictures, ${count(masked)} masks of ${count(objects.length)} objects`;
  }
  const left = pictures.length - mapped;
  return `${name}: ${count(mapped)} pictures with maps of labels${left > 0 ? `; ${count(left)} without are left out` : ""}`;
}
