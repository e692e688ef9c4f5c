/** Optimizers from plain data: what `describe()` says, rebuilt. */
import { adam } from "./adam.js";
import type { Optimizer, OptimizerDescription } from "./optimizer.js";
import { sgd } from "./sgd.js";

const makers = { adam, sgd };

/** @throws TypeError where there is no such optimizer */
export function fromDescription({ name, options }: OptimizerDescription): Optimizer {
  if (!Object.hasOwn(makers, name))
    throw new TypeError(
      `optim: there is no optimizer "${name}"; there are ${Object.keys(makers).join(", ")}`,
    );
  const make: (options: never) => Optimizer = makers[name as keyof typeof makers];
  return make(options as never);
}
