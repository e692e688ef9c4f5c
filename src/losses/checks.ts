/** What losses take, checked before anything runs. */
import { ShapeError, sameShape, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";

/** Scores N×K, and N classes. */
export function checkedScores(speaker: string, output: Tensor, target: Tensor): [n: number, classes: number] {
  if (output.rank !== 2)
    throw new ShapeError(`${speaker}: the output is ${show(output.shape)}, expected N×classes`);
  const [n, classes] = output.shape;
  if (target.rank !== 1 || target.shape[0] !== n)
    throw new ShapeError(
      `${speaker}: the targets are ${show(target.shape)}, expected ${n}, the class of each of the ${n} outputs (${show(output.shape)})`,
    );
  return [n, classes];
}

/** Shapes must be the same: a target that broadcasts is nearly always a mistake. */
export function checkSameShape(speaker: string, output: Tensor, target: Tensor): void {
  if (!sameShape(output.shape, target.shape))
    throw new ShapeError(`${speaker}: the output is ${show(output.shape)}, the target ${show(target.shape)}`);
}
