/** What the library's augmentations are made of, by which threads make the same, and boxes go with the picture. */
import { calledAs } from "../tensor/printing.js";
import { type Augment, doneBy } from "./augmentation.js";
import { changeByThreads } from "./changed-pictures.js";
import type { Draw } from "./dataset.js";

/**
 * Whence a pixel comes: the one in row i and column j of the changed picture is taken at row yy·i + yx·j + y0 and column
 * xy·i + xx·j + x0 of the picture as it was, whole numbers being the middles of pixels.
 */
export interface AffineMap {
  readonly yy: number;
  readonly yx: number;
  readonly y0: number;
  readonly xy: number;
  readonly xx: number;
  readonly x0: number;
}

/** An augmentation of this library, by the function that makes it and what that was given. */
export interface AugmentStep {
  readonly name: string;
  readonly given: readonly unknown[];
  /** Of one that moves pixels: whither, of the example at this place. Others change colours alone. */
  readonly mapOf?: (draw: Draw, index: number, size: readonly [h: number, w: number]) => AffineMap;
}

const made = new WeakMap<Augment, readonly AugmentStep[]>();

/** What it does in turn; undefined where a step is a user's own. */
export const stepsOf = (augment: Augment): readonly AugmentStep[] | undefined => made.get(augment);

/** The same as a thread can be told, which has no functions. */
export const toldOf = (augment: Augment): readonly AugmentStep[] | undefined => stepsOf(augment)?.map(told);

const told = ({ name, given }: AugmentStep): AugmentStep => ({ name, given });

/** The augmentation, which is printed as the call that makes it, and known by that. */
export function madeBy(augment: Augment, { name, given, mapOf }: AugmentStep): Augment {
  // A copy: the caller may change theirs, which changes nothing any more.
  know(augment, [{ name, given: JSON.parse(JSON.stringify(given)), mapOf }]);
  return calledAs(augment, name, ...given);
}

/** Those that run `steps` in turn; a user's own step leaves them to the main thread. */
export function madeOf(augment: Augment, steps: readonly Augment[]): void {
  const all = steps.map(stepsOf);
  if (all.every((known) => known !== undefined)) know(augment, all.flat());
}

function know(augment: Augment, steps: readonly AugmentStep[]): void {
  made.set(augment, steps);
  doneBy(augment, changeByThreads(steps.map(told)));
}
