/** What the readers of all formats have in common. */

import { DataError } from "../../data/dataset.js";
import { signal as aSignal, flag, list, text } from "../../door/rules.js";
import { PictureError } from "../../images/picture-error.js";
import { pictureSize } from "../../images/picture-size.js";
import { type AnnotationFault, type Annotations, annotationsOf, type GivenPicture } from "./annotated.js";

/** What {@link openAnnotations} has to know of files that do not say it. */
export interface OpenAnnotationsOptions {
  /** The folder of the pictures, where they do not lie where the format has them. */
  pictures?: string;
  /** The names of the classes in the order of their labels; by what the files say if left out. */
  classes?: readonly string[];
  /** Of tables: pixels count from 1, and right and bottom are the last ones of a box. */
  oneBased?: boolean;
  /** Boxes, masks and files that are none are left out and listed, instead of being an error. */
  skipBad?: boolean;
  signal?: AbortSignal;
}

/** What those options may be, but for what is left out of a look through all. */
export const openingRules = {
  pictures: text,
  classes: list("names"),
  oneBased: flag,
  signal: aSignal,
} as const;

/** Annotations by their part: "train", "val", "test", or "all" where there are no parts. */
export type AnnotationParts = { readonly [part: string]: Annotations };

/** A part as its files say it, and what was found wrong with them. */
export interface GivenPart {
  readonly pictures: readonly GivenPicture[];
  readonly faults: readonly AnnotationFault[];
  readonly notes?: readonly string[];
}

/** All parts with the same classes: those that are named, else those of the pictures of all parts. */
export function partsOf(
  name: string,
  given: ReadonlyMap<string, GivenPart>,
  options: OpenAnnotationsOptions,
  known: { readonly classes?: readonly string[]; readonly classIds?: readonly number[] } = {},
): AnnotationParts {
  const everything = [...given.values()].flatMap(({ pictures }) => pictures);
  const { classes } = annotationsOf(name, everything, { skipBad: true });
  return Object.fromEntries(
    [...given].map(([part, { pictures, faults, notes }]) => {
      const empty = pictures.length === 0 ? [{ place: `${name}, ${part}`, why: "has no pictures" }] : [];
      return [
        part,
        annotationsOf(part === "all" ? name : `${name}, ${part}`, pictures, {
          classes: options.classes ?? known.classes ?? classes,
          ...(known.classIds && !options.classes ? { classIds: known.classIds } : {}),
          skipBad: options.skipBad,
          faults: [...faults, ...empty],
          notes,
        }),
      ];
    }),
  );
}

/** What `read` gives; where it fails for what a file is, that is one more fault. */
export async function attempted<T>(
  place: string,
  faults: AnnotationFault[],
  read: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DataError || error instanceof PictureError)) throw error;
    const { message } = error;
    const at = message.indexOf(": ");
    faults.push({ place, why: at < 0 ? message : message.slice(at + 2) });
    return undefined;
  }
}

/** How large a picture is as it is seen; undefined where it cannot be read, which is one more fault. */
export const sizeIn = (
  file: string,
  place: string,
  faults: AnnotationFault[],
): Promise<{ width: number; height: number } | undefined> =>
  attempted(place, faults, () => pictureSize(file));
