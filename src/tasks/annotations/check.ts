/** What annotations are made of, and every file, box and mask of them that is none. */

import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, text, wholeNumber } from "../../door/rules.js";
import { checkPictures } from "../../images/check-pictures.js";
import type { AnnotationFault } from "./annotated.js";
import { readLabels } from "./labels.js";
import { type AnnotationForm, annotationForm, openAnnotations } from "./open.js";
import { attempted, type OpenAnnotationsOptions, openingRules } from "./opening.js";

/** A part of annotations in numbers. */
export interface AnnotationCounts {
  readonly part: string;
  readonly pictures: number;
  readonly objects: number;
  readonly difficult: number;
  readonly crowds: number;
  readonly masks: number;
  readonly captions: number;
  /** Maps of labels. */
  readonly maps: number;
  /** Objects of each class, in the order of the classes. */
  readonly byClass: readonly number[];
  /** Pictures without objects, where others have some. */
  readonly empty: number;
}

/** What {@link checkAnnotations} has found. */
export interface AnnotationReport {
  readonly path: string;
  readonly form: AnnotationForm;
  readonly classes: readonly string[];
  readonly parts: readonly AnnotationCounts[];
  readonly bad: readonly AnnotationFault[];
  readonly notes: readonly string[];
}

/** How annotations are looked through, and who hears of it. */
export interface CheckAnnotationsOptions extends Omit<OpenAnnotationsOptions, "skipBad"> {
  /** The label of pixels that do not count; 255 if left out. */
  ignore?: number;
  /** Is told after each picture. */
  onProgress?(progress: { done: number; count: number }): void;
}

/** Reads all annotations, every picture of theirs and every map of labels; undefined where there are no annotations. */
export async function checkAnnotations(
  path: string,
  options: CheckAnnotationsOptions = {},
): Promise<AnnotationReport | undefined> {
  checkArgument("checkAnnotations", "the path", path, text);
  const { ignore, onProgress, ...opening } = optionsOf("checkAnnotations", options, {
    ...openingRules,
    ignore: wholeNumber,
    onProgress: callback,
  });
  const form = await annotationForm(path);
  if (!form) return undefined;
  const parts = await openAnnotations(path, { ...opening, skipBad: true });
  const all = Object.values(parts);
  const bad = new Map<string, AnnotationFault>();
  const note = (fault: AnnotationFault) => void bad.set(`${fault.place} ${fault.why}`, fault);
  for (const { skipped } of all) skipped.forEach(note);
  const { classes } = all[0];
  // A picture may stand in several parts: train, and trainval.
  const pictures = [
    ...new Map(all.flatMap((part) => part.pictures).map((one) => [one.file ?? one.name, one])).values(),
  ];
  const files = pictures.flatMap(({ file }) => file ?? []);
  const read = await checkPictures(files, { onProgress, signal: opening.signal });
  for (const { file, reason } of read.bad) note({ place: file, why: reason });
  const sizes = new Map(read.good.map((picture) => [picture.file, picture]));
  for (const { file, name, width, height, labels } of pictures) {
    const size = file === undefined ? undefined : sizes.get(file);
    if (size && (size.width !== width || size.height !== height))
      note({
        place: name,
        why: `is ${size.width}×${size.height} pixels, its annotations are of ${width}×${height}`,
      });
    if (labels === undefined) continue;
    opening.signal?.throwIfAborted();
    const faults: AnnotationFault[] = [];
    const map = await attempted(labels, faults, () =>
      readLabels(labels, {
        ...(form === "labels" && classes.length > 0 ? { classes: classes.length } : {}),
        ...(ignore === undefined ? {} : { ignore }),
      }),
    );
    faults.forEach(note);
    if (map && (map.width !== width || map.height !== height))
      note({ place: labels, why: `is ${map.width}×${map.height} pixels, its picture is ${width}×${height}` });
  }
  return {
    path,
    form,
    classes,
    parts: Object.entries(parts).map(([part, annotations]) => {
      const objects = annotations.pictures.flatMap((picture) => picture.objects);
      const counted = (is: (object: (typeof objects)[number]) => unknown) => objects.filter(is).length;
      return {
        part,
        pictures: annotations.pictures.length,
        objects: objects.length,
        difficult: counted(({ difficult }) => difficult),
        crowds: counted(({ crowd }) => crowd),
        masks: counted(({ mask }) => mask),
        captions: annotations.pictures.reduce((sum, { captions = [] }) => sum + captions.length, 0),
        maps: annotations.pictures.filter(({ labels }) => labels).length,
        byClass: classes.map((_, label) => counted((object) => object.label === label)),
        empty: annotations.pictures.filter((picture) => picture.objects.length === 0).length,
      };
    }),
    bad: [...bad.values()],
    notes: [...new Set(all.flatMap(({ notes }) => notes))],
  };
}
