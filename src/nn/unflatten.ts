import { reshape } from "../ops/reshape.js";
import { checkedShape, type Shape, ShapeError, show, sizeOf } from "../tensor/shapes.js";
import type { Layer, Named } from "./layer.js";

export interface UnflattenOptions {
  /** Of one example. */
  shape: Shape;
}

/** Rows of values as pictures, what `flatten` undoes: N×(H·W·C) to N×H×W×C. */
export const unflatten = (given: Shape, { name }: Named = {}): Layer =>
  withShape(checkedShape("unflatten", given), name);

const withShape = (shape: Shape, name?: string): Layer => ({
  type: "unflatten",
  name,
  options: { shape },
  forward(x) {
    if (x.size !== x.shape[0] * sizeOf(shape))
      throw new ShapeError(
        `unflatten: ${show(x.shape.slice(1))} values of an example do not fill ${show(shape)} (${sizeOf(shape)})`,
      );
    return reshape(x, [x.shape[0], ...shape]);
  },
});
