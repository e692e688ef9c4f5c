import { optionsOf } from "../door/options.js";
import { reshape } from "../ops/reshape.js";
import { sizeOf } from "../tensor/shapes.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** All values of an example in one row, in row-major order: N×H×W×C to N×(H·W·C). */
export function flatten(given: Named = {}): Layer {
  const { name } = optionsOf("flatten", given, { name: 1 });
  return printable({
    type: "flatten",
    name,
    options: {},
    forward: (x) => reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
  });
}
