import { UsageError } from "../door/usage-error.js";
import { show } from "../tensor/shapes.js";
import { shapeLeaves } from "../tensor/tree.js";
import { type Checkpoint, fileOf } from "../training/checkpoint.js";

/**
 * The size of the pictures that a checkpoint's network takes.
 * @throws UsageError where it takes something else
 */
export function pictureInput(checkpoint: Checkpoint): readonly [h: number, w: number, c: number] {
  const shapes = shapeLeaves(checkpoint.input).map(([, shape]) => shape);
  const [[h, w, c, ...more]] = shapes;
  if (shapes.length === 1 && c !== undefined && more.length === 0) return [h, w, c];
  throw new UsageError(
    `${fileOf(checkpoint) ?? "the checkpoint"}: its network takes examples of ${shapes.map(show).join(" and ")}, expected one of pictures, height×width×channels`,
  );
}
