/** Pictures with what is in them: one form, whatever format they are read from and written to. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { flag, fromOneOn, list, text } from "../../door/rules.js";
import { printedAs } from "../../tensor/printing.js";
import type { Corners } from "../../training/objectives/average-precision.js";
import { checkGiven } from "../words/given.js";
import { maskFault, type ObjectMask } from "./masks.js";

/** An object of a picture. */
export interface AnnotatedObject {
  /** Its class: the index into `classes`. */
  readonly label: number;
  /**
   * [top, left, bottom, right] in pixels from the picture's upper left corner: that of the first pixel alone is
   * [0, 0, 1, 1], and the area is height by width.
   */
  readonly box: Corners;
  readonly mask?: ObjectMask;
  /** In pixels, where the file says it: that of the mask, by which COCO tells small from large. */
  readonly area?: number;
  /** Who does not find it has made no mistake (Pascal VOC). */
  readonly difficult?: boolean;
  /** A group of objects, not told one from another (COCO). */
  readonly crowd?: boolean;
  /** COCO's number of it. */
  readonly id?: number;
  /** What else VOC says of it: pose, truncated, occluded. */
  readonly attributes?: { readonly [name: string]: string };
}

/** A picture with what is in it. */
export interface AnnotatedPicture {
  /** As the annotations name it. */
  readonly name: string;
  /** Where it lies: what `readImage` takes. Left out where that is not known. */
  readonly file?: string;
  readonly width: number;
  readonly height: number;
  readonly objects: readonly AnnotatedObject[];
  /** Sentences that describe it. */
  readonly captions?: readonly string[];
  /** Where its map of labels lies, one for each pixel: what `readLabels` takes. */
  readonly labels?: string;
  /** COCO's number of it. */
  readonly id?: number;
}

/** What is wrong with a file, a box or a mask. */
export interface AnnotationFault {
  /** "0012.xml, box 13" */
  readonly place: string;
  /** "has no area: …" */
  readonly why: string;
}

/** Pictures with what is in them. */
export interface Annotations {
  readonly name: string;
  readonly classes: readonly string[];
  /** COCO's numbers of the classes. */
  readonly classIds?: readonly number[];
  readonly pictures: readonly AnnotatedPicture[];
  /** What was read and left out, and why. */
  readonly skipped: readonly AnnotationFault[];
  /** What the files say beside, and nobody here asks for. */
  readonly notes: readonly string[];
}

/** An object by the name of its class, as files say it. */
export interface GivenObject extends Omit<AnnotatedObject, "label"> {
  readonly class: string;
  /** Which one it is of its file, as faults name it; "box 3" if left out. */
  readonly place?: string;
}

/** A picture with objects by the names of their classes. */
export interface GivenPicture extends Omit<AnnotatedPicture, "objects"> {
  readonly objects?: readonly GivenObject[];
  /** Where it is said, as faults name it; the picture's own name if left out. */
  readonly place?: string;
}

/** Rounding leaves so much of a box beyond the picture; it is cut off. In pixels. */
const rounding = 0.5;

/** The box within its picture, or what is wrong with it. */
export function soundBox(
  [top, left, bottom, right]: Corners,
  { width, height }: { readonly width: number; readonly height: number },
): { box: Corners } | { why: string } {
  if (![top, left, bottom, right].every(Number.isFinite))
    return { why: `has a corner that is no number: ${corners(top, left, bottom, right)}` };
  if (right < left || bottom < top) return { why: `is inverted: ${corners(top, left, bottom, right)}` };
  const least = Math.min(top, left, width - right, height - bottom);
  if (!(least >= -rounding))
    return {
      why: `reaches beyond its picture of ${width}×${height} pixels: ${corners(top, left, bottom, right)}`,
    };
  const box: Corners = [
    Math.max(0, top),
    Math.max(0, left),
    Math.min(height, bottom),
    Math.min(width, right),
  ];
  if (!(box[2] > box[0] && box[3] > box[1]))
    return { why: `has no area: ${corners(top, left, bottom, right)}` };
  return { box };
}

const corners = (top: number, left: number, bottom: number, right: number): string =>
  `left ${left}, top ${top}, right ${right}, bottom ${bottom}`;

/**
 * Annotations out of pictures whose objects have the names of their classes.
 *
 * @param options  `classes` in the order of their labels; in that of the alphabet, as they occur, if left out. `skipBad`
 *     leaves boxes out that are none, and lists them, instead of refusing them
 * @throws DataError  one line: a box without area, inverted or beyond its picture, or a class that is not among `classes`
 */
export function annotationsOf(
  name: string,
  given: readonly GivenPicture[],
  options: {
    readonly classes?: readonly string[];
    readonly classIds?: readonly number[];
    readonly skipBad?: boolean;
    readonly notes?: readonly string[];
    /** What was found wrong before. */
    readonly faults?: readonly AnnotationFault[];
  } = {},
): Annotations {
  checkArgument("annotationsOf", "the name", name, text);
  checkGiven("annotationsOf", "pictures", given, pictureLack);
  optionsOf("annotationsOf", options, {
    classes: list("names"),
    classIds: list("numbers"),
    skipBad: flag,
    notes: list("texts"),
    faults: list("{ place, why }"),
  });
  const faults: AnnotationFault[] = [...(options.faults ?? [])];
  const classes =
    options.classes ??
    [...new Set(given.flatMap(({ objects = [] }) => objects.map((one) => one.class)))].sort(byName);
  const labels = new Map(classes.map((one, label) => [one, label]));
  const pictures = given.map(({ objects = [], place, ...picture }): AnnotatedPicture => {
    const kept: AnnotatedObject[] = [];
    objects.forEach(({ class: named, box, place: which, ...rest }, i) => {
      const where = `${place ?? picture.name}, ${which ?? `box ${i + 1}`}`;
      const label = labels.get(named);
      const found = soundBox(box, picture);
      const maskIs = rest.mask && maskFault(rest.mask, picture);
      if (label === undefined)
        faults.push({
          place: where,
          why: `is of the class ${JSON.stringify(named)}, there are ${classes.join(", ") || "none"}`,
        });
      else if ("why" in found) faults.push({ place: where, why: found.why });
      else if (maskIs) faults.push({ place: where, why: maskIs });
      else kept.push({ label, box: found.box, ...rest });
    });
    return { ...picture, objects: kept };
  });
  refuseUnless(options.skipBad, faults);
  return printableAnnotations({
    name,
    classes,
    ...(options.classIds ? { classIds: options.classIds } : {}),
    pictures,
    skipped: faults,
    notes: options.notes ?? [],
  });
}

/** What a picture that is given is expected to be, where it is not. */
const pictureLack = ({ name, width, height, objects }: GivenPicture): string | undefined => {
  if (!text.holds(name) || !fromOneOn.holds(width) || !fromOneOn.holds(height))
    return "{ name, width, height, objects } with a size in pixels";
  const isSound =
    objects === undefined ||
    (Array.isArray(objects) &&
      objects.every((one: GivenObject | null) => text.holds(one?.class) && one!.box?.length === 4));
  return isSound ? undefined : "one whose objects are { class, box: [top, left, bottom, right] }";
};

/** @throws DataError of the first fault, unless bad ones are skipped */
export function refuseUnless(skipBad: boolean | undefined, faults: readonly AnnotationFault[]): void {
  if (skipBad || faults.length === 0) return;
  const [{ place, why }] = faults;
  const more = faults.length === 1 ? "" : ` (and ${faults.length - 1} more; skipBad goes on without them)`;
  throw new DataError(`${place} ${why}${more}`);
}

/** Annotations that are printed in a line. */
export const printableAnnotations = (annotations: Annotations): Annotations =>
  printedAs(
    annotations,
    () => {
      const { name, pictures, classes } = annotations;
      const objects = pictures.reduce((sum, picture) => sum + picture.objects.length, 0);
      const captions = pictures.reduce((sum, picture) => sum + (picture.captions?.length ?? 0), 0);
      const parts = [
        `${objects} objects of ${classes.length} classes (${classes.join(", ")})`,
        ...(captions > 0 ? [`${captions} captions`] : []),
        ...(pictures.some(({ labels }) => labels) ? ["maps of labels"] : []),
      ];
      return `${name}: ${pictures.length} pictures, ${parts.join(", ")}`;
    },
    () => {
      const { name, pictures, classes, skipped, notes } = annotations;
      return { name, classes, pictures: pictures.length, skipped, notes };
    },
  );

/** "2" before "10", and both before words. */
export const byName = (a: string, b: string): number => {
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return Number.isNaN(x) ? (a < b ? -1 : Number(a > b)) : x - y;
};
