import { optionsOf } from "../door/options.js";
import { list, required } from "../door/rules.js";
import { add, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { greater, notEqual } from "../ops/comparisons.js";
import { max } from "../ops/extremes.js";
import { full } from "../ops/fill.js";
import { addedUp, gather, scatterAdd } from "../ops/gather.js";
import { putSlices } from "../ops/put-slices.js";
import { range } from "../ops/range.js";
import { where } from "../ops/where.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Optimizer, printable, type Tensors } from "./optimizer.js";

/** Of which parameters {@link lazyRows} leaves rows as they are. */
export interface LazyRowsOptions {
  /** Paths of the parameters, such as "vectors.vectors" of an embedding. */
  only: readonly string[];
}

/**
 * An optimizer by which rows whose gradient is 0 throughout stay as they are, with all that is remembered of them: momentum
 * does not go on, nothing decays. Of an embedding whose vectors are looked up once in a step (by `gather`, as
 * `nn.embedding` does) it reads and writes only those rows, a few hundred of ten thousands, which is what such a step
 * mostly costs. It is another method than the optimizer alone: of Adam, LazyAdam, by which
 * rows that come seldom move less far, since their momentum ends with the step.
 *
 *     optim.lazyRows(optim.adam(), { only: ["vectors.vectors"] })
 *
 * `clipNorm` and `maxNorm` go around it. A gradient that is clipped or accumulated is computed whole: the same numbers,
 * without the gain.
 *
 * @param optimizer  one that treats each number of a parameter alike, by its own gradient: `sgd`, `adam` and so on
 * @throws TypeError of another optimizer; in the first step, where there is no such parameter, or where it has one axis
 */
export function lazyRows(optimizer: Optimizer, given: LazyRowsOptions): Optimizer {
  const { only } = optionsOf("lazyRows", given, { only: required(list("paths of parameters")) });
  const held = optimizer.describe();
  if ("optimizer" in held.options)
    throw new TypeError(
      `lazyRows: the optimizer is ${held.name}, expected one such as adam or sgd; ${held.name} goes around lazyRows`,
    );
  return printable({
    name: "lazyRows",
    lr: optimizer.lr,
    state: (parameters) => optimizer.state(parameters),
    update(parameters, gradients, inputs) {
      const picks = new Map(only.map((path) => [path, rowsOf(path, parameters, gradients)]));
      const rowsAt = (path: string): Rows | undefined =>
        picks.get(path) ?? picks.get(path.slice(path.indexOf("/") + 1));
      const each = (
        tensors: Tensors,
        change: (rows: Rows, tensor: Tensor, path: string) => Tensor,
      ): Tensors =>
        new Map(
          [...tensors].map(([path, tensor]) => {
            const rows = rowsAt(path);
            return [path, rows ? change(rows, tensor, path) : tensor];
          }),
        );
      const next = optimizer.update(
        each(parameters, (rows, w) => rows.of(w)),
        each(gradients, (rows) => rows.gradient),
        { ...inputs, state: each(inputs.state, (rows, remembered) => rows.of(remembered)) },
      );
      return {
        parameters: each(next.parameters, (rows, w, path) => rows.put(parameters.get(path)!, w)),
        state: each(next.state, (rows, remembered, path) => rows.put(inputs.state.get(path)!, remembered)),
      };
    },
    describe: () => ({ name: "lazyRows", options: { only, optimizer: held } }),
  });
}

/** Those rows of a parameter that a step reads. */
interface Rows {
  readonly gradient: Tensor;
  /** Of the parameter, or of what is remembered of it. */
  of(whole: Tensor): Tensor;
  /** The whole with its rows as they are after the step, as far as they have a gradient. */
  put(whole: Tensor, after: Tensor): Tensor;
}

function rowsOf(path: string, parameters: Tensors, gradients: Tensors): Rows | undefined {
  const w = parameters.get(path);
  if (!w)
    throw new TypeError(
      `lazyRows: there is no parameter ${path}; there are ${[...parameters.keys()].join(", ")}`,
    );
  if (w.rank < 2) throw new TypeError(`lazyRows: ${path} is of rank ${w.rank}, and has no rows`);
  const g = gradients.get(path);
  if (!g) return undefined;
  const picked = addedUp(g);
  if (!picked)
    return { gradient: g, of: (whole) => whole, put: (whole, after) => where(moves(g), after, whole) };

  // Rows that are looked up several times have one place among those picked, where their gradients are added up. Places
  // count from 1 on, so that what is no row has the place 0, from which it has none.
  const { y, indices } = picked;
  const count = y.shape[0];
  const lastAt = putSlices(full([w.shape[0]], 0, "i32"), indices, add(range(count), 1));
  const places = sub(gather(lastAt, indices), 1);
  const gradient = gather(scatterAdd(y, places, 0, count), places);
  return {
    gradient,
    of: (whole) => gather(whole, indices),
    put: (whole, after) => putSlices(whole, indices, where(moves(gradient), after, gather(whole, indices))),
  };
}

/** Which rows have a gradient; NaN is one. */
function moves(g: Tensor): Tensor {
  const isOne = cast(notEqual(g, 0), "f32");
  return greater(max(isOne, { axis: g.shape.map((_, d) => d).slice(1), keepDims: true }), 0);
}
