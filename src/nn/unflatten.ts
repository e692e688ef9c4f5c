import { optionsOf } from "../door/options.js";
import { reshape } from "../ops/reshape.js";
import { checkedShape, type Shape, ShapeError, show, sizeOf } from "../tensor/shapes.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** The shape that {@link unflatten} gives. */
export interface UnflattenOptions {
  /** Of one example. */
  shape: Shape;
}

/** Rows of values as pictures, what `flatten` undoes: N×(H·W·C) to N×H×W×C. */
export function unflatten(shape: Shape, given: Named = {}): Layer {
  const { name } = optionsOf("unflatten", given, { name: 1 });
  return withShape(checkedShape("unflatten", shape), name);
}

const withShape = (shape: Shape, name?: string): Layer =>
  printable({
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
