/** What losses take, checked before anything runs. */
import { ShapeError, sameShape, show, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";

/** Scores …×K, and a class for each row of them. */
export function checkedScores(
  speaker: string,
  output: Tensor,
  target: Tensor,
): [rows: number, classes: number] {
  if (output.rank < 2)
    throw new ShapeError(`${speaker}: the output is ${show(output.shape)}, expected N×classes`);
  const rows = output.shape.slice(0, -1);
  if (!sameShape(target.shape, rows))
    throw new ShapeError(
      `${speaker}: the targets are ${show(target.shape)}, expected ${show(rows)}, the class of each of the ${show(rows)} outputs (${show(output.shape)})`,
    );
  return [sizeOf(rows), output.shape[output.rank - 1]];
}

/** Shapes must be the same: a target that broadcasts is nearly always a mistake. */
export function checkSameShape(speaker: string, output: Tensor, target: Tensor): void {
  if (!sameShape(output.shape, target.shape))
    throw new ShapeError(`${speaker}: the output is ${show(output.shape)}, the target ${show(target.shape)}`);
}
