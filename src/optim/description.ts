/** Optimizers from plain data: what `describe()` says, rebuilt. */

import { checkArgument } from "../door/argument.js";
import { recordOf } from "../door/rules.js";
import { adadelta } from "./adadelta.js";
import { adagrad } from "./adagrad.js";
import { adam, adamW } from "./adam.js";
import { clipNorm } from "./clip-norm.js";
import { clipValue } from "./clip-value.js";
import { type LazyRowsOptions, lazyRows } from "./lazy-rows.js";
import { type MaxNormOptions, maxNorm } from "./max-norm.js";
import type { Optimizer, OptimizerDescription } from "./optimizer.js";
import { rmsprop } from "./rmsprop.js";
import { sgd } from "./sgd.js";

/** Those that hold another one have its description among their options. */
interface Holding {
  optimizer: OptimizerDescription;
}

const makers = {
  adadelta,
  adagrad,
  adam,
  adamW,
  clipNorm: ({ optimizer, ...options }: { norm: number } & Holding) =>
    clipNorm(fromDescription(optimizer), options),
  clipValue: ({ optimizer, ...options }: { value: number } & Holding) =>
    clipValue(fromDescription(optimizer), options),
  lazyRows: ({ optimizer, ...options }: LazyRowsOptions & Holding) =>
    lazyRows(fromDescription(optimizer), options),
  maxNorm: ({ optimizer, ...options }: MaxNormOptions & Holding) =>
    maxNorm(fromDescription(optimizer), options),
  rmsprop,
  sgd,
};

/**
 * The optimizer that was described.
 *
 * @throws TypeError where there is no such optimizer
 */
export function fromDescription(description: OptimizerDescription): Optimizer {
  checkArgument("optim.fromDescription", "what is given", description, recordOf("{ name, options }"));
  const { name, options } = description;
  if (!Object.hasOwn(makers, name))
    throw new TypeError(
      `optim: there is no optimizer "${name}"; there are ${Object.keys(makers).join(", ")}`,
    );
  const make: (options: never) => Optimizer = makers[name as keyof typeof makers];
  return make(options as never);
}
