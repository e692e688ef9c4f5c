/** The part of a picture that one unit sees. */

import type { Model } from "../nn/index.js";
import type { Field } from "../nn/receptive-field.js";
import { ExplainError } from "./explain-error.js";
import { inputOf } from "./pictures.js";
import type { Place } from "./walk.js";

/** In pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** What a unit at this place of its map sees of a picture, without the border that padding puts around it. */
export function boxSeen(
  field: Field,
  [row, column]: readonly [number, number],
  { height, width }: { height: number; width: number },
): Box {
  if (field === "everything" || field === "nothing") return { top: 0, left: 0, height, width };
  const [y, x] = field;
  const within = (at: number, { begin, end, jump }: (typeof field)[0], size: number) => {
    const from = Math.min(Math.max(begin + at * jump, 0), size - 1);
    return { from, length: Math.max(1, Math.min(end + at * jump, size) - from) };
  };
  const [rows, columns] = [within(row, y, height), within(column, x, width)];
  return { top: rows.from, left: columns.from, height: rows.length, width: columns.length };
}

/**
 * @throws ExplainError where pictures are so small that even the unit in the middle would look at borders only: they
 * are smaller than what it sees, and than the pictures that the model was built for
 */
export function checkSize(
  speaker: string,
  model: Model,
  { path, field }: Place,
  { height, width }: { height: number; width: number },
): void {
  const [usualHeight, usualWidth] = inputOf(speaker, model);
  const [seenHeight, seenWidth] =
    field === "everything" || field === "nothing"
      ? [usualHeight, usualWidth]
      : field.map(({ begin, end }) => end - begin);
  const least = [Math.min(seenHeight, usualHeight), Math.min(seenWidth, usualWidth)];
  if (height < least[0] || width < least[1])
    throw new ExplainError(
      `${speaker}: a picture of ${height}×${width} is too small: a unit of ${path} of ${model.name} sees ${least.join("×")} pixels`,
    );
}
