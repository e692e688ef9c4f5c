import { optionsOf } from "../door/options.js";
import { list, required } from "../door/rules.js";
import { neg, sub } from "../ops/arithmetic.js";
import { square } from "../ops/elementary.js";
import { reshape } from "../ops/reshape.js";
import { sum } from "../ops/sum.js";
import { tensor } from "../tensor/creation.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** The centres of {@link rbf}, one for each class. */
export interface RbfOptions {
  /** For each class the values that its unit is nearest to: K rows of equal length. They are not trained. */
  centres: readonly (readonly number[])[];
}

/**
 * Euclidean radial basis functions, LeNet-5's output: how far the input is from the code of each class,
 *
 *     y[n,i] = −Σ_j (x[n,j] − centre[i][j])²
 *
 * N×J to N×K. The paper's penalties are −y: with the sign turned the nearest class has the greatest score, as with
 * every other output.
 *
 * @throws ShapeError where the rows are not equally long, or not as long as those of x
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998, equation 7.
 */
export function rbf(given: RbfOptions & Named): Layer {
  const { name, ...options } = optionsOf("rbf", given, {
    centres: required(list("centres, each a list of numbers")),
    name: 1,
  });
  const { centres } = options;
  const inputs = centres[0]?.length ?? 0;
  if (inputs === 0) throw new ShapeError("rbf: there are no centres");
  centres.forEach((row, i) => {
    if (row.length !== inputs)
      throw new ShapeError(`rbf: centre ${i} has ${row.length} values, centre 0 has ${inputs}`);
  });
  const table = tensor(Float32Array.from(centres.flat()), [1, centres.length, inputs]);
  return printable({
    type: "rbf",
    name,
    options,
    forward(x) {
      if (x.rank !== 2 || x.shape[1] !== inputs)
        throw new ShapeError(
          `rbf: x is ${show(x.shape)}, expected N×${inputs}, as many as a centre has values`,
        );
      return neg(sum(square(sub(reshape(x, [x.shape[0], 1, inputs]), table)), { axis: 2 }));
    },
    macs: (_, y) => y.size * inputs,
    sees: () => "everything",
  });
}
