import { optionsOf } from "../door/options.js";
import { add } from "../ops/arithmetic.js";
import { matmul } from "../ops/matmul.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { checkedCount } from "./checks.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Units, bias and first weights of {@link dense}. */
export interface DenseOptions {
  units: number;
  bias?: boolean;
  /** Of the weights; biases begin at 0. */
  initialiser?: Initialiser;
}

/** Every unit sees every input: y = x · weights + bias, N×inputs to N×units. */
export function dense(units: number, given: Omit<DenseOptions, "units"> & Named = {}): Layer {
  const { name, ...options } = optionsOf("dense", given, { bias: 1, initialiser: 1, name: 1 });
  const { bias = true, initialiser = "heUniform" } = options;
  checkedCount("dense", "units", units);
  return printable({
    type: "dense",
    name,
    options: { units, ...options },
    forward(x, scope) {
      if (x.rank !== 2)
        throw new ShapeError(
          `dense: x is of rank ${x.rank} (${show(x.shape)}), expected N×inputs${x.rank > 2 ? "; put flatten() before it" : ""}${x.rank === 3 ? `, or have conv1d({ filters: ${units}, kernel: 1 }) do it at each of ${x.shape[1]} places` : ""}`,
        );
      const weights = scope.parameter("weights", [x.shape[1], units], initialiser);
      if (weights.shape[0] !== x.shape[1])
        throw new ShapeError(`dense: expects ${weights.shape[0]} inputs, got ${x.shape[1]}`);
      const y = matmul(x, weights);
      return bias ? add(y, scope.parameter("bias", [units], "zeros")) : y;
    },
    macs: (x, y) => y.size * x.shape[1],
    sees: () => "everything",
  });
}
