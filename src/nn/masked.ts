import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";
import { mul } from "../ops/arithmetic.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { placeholder, Tensor } from "../tensor/tensor.js";
import { treeOf } from "../tensor/tree.js";
import type { AnyLayer } from "./layer.js";
import type { Mode } from "./mode.js";
import type { AnyNetwork } from "./model.js";
import { rehearse } from "./pass.js";

/**
 * The network with some of its units scaled: 0 switches a filter or neuron off, 1 leaves it as it is. It is called,
 * measured and looked into like the network, whose weights it has, also those that it learns later.
 *
 *     const without = nn.masked(model, { conv1: [1, 1, 0, 1, 1, 1] });
 *     const { accuracy } = await evaluate(without, test);
 *
 * @param network  built; stays as it is
 * @param masks    by the path of a layer a number for each of its units, those along the last axis of its output
 * @throws TypeError where there is no such layer, or it gives several tensors, or the network is not built
 * @throws ShapeError where there are more numbers than units, or fewer
 */
export function masked<N extends AnyNetwork>(
  network: N,
  masks: { readonly [layer: string]: ArrayLike<number> },
): N {
  if (typeof network !== "function" || typeof masks !== "object" || masks === null)
    throw new TypeError(
      `masked: there are ${said(network)} and ${said(masks)}, expected a network, and numbers by the paths of layers`,
    );
  const factors = checkedMasks(network, masks);
  const instead =
    (given: Mode["instead"]) =>
    (path: string, layer: AnyLayer): AnyLayer | undefined => {
      const acting = given?.(path, layer) ?? layer;
      const factor = factors.get(path);
      if (!factor) return acting;
      const { type, name, options, macs, sees } = acting;
      const forward: AnyLayer["forward"] = (x, scope) => mul(acting.forward(x, scope) as Tensor, factor);
      return { type, name, options, macs: macs?.bind(acting), sees: sees?.bind(acting), forward };
    };
  return new Proxy(network, {
    apply: (target, _, [x, mode = {}]: [never, Mode?]) =>
      target(x, { ...mode, instead: instead(mode.instead) }),
  });
}

function checkedMasks(
  network: AnyNetwork,
  masks: { readonly [layer: string]: ArrayLike<number> },
): ReadonlyMap<string, Tensor> {
  if (!network.inputShape)
    throw new TypeError(`masked: ${network.name} is not built yet: call it, or build it, first`);
  const outputs = new Map<string, unknown>();
  rehearse(
    network as unknown as AnyLayer,
    treeOf(network.inputShape, (shape) => placeholder([1, ...shape], "f32")),
    { training: false, ran: ({ path, y }) => path !== "" && outputs.set(path, y) },
  );
  const names = [...outputs.keys()];
  return new Map(
    Object.entries(masks).map(([path, mask]) => {
      const output = outputs.get(path);
      if (!output)
        throw new TypeError(
          `masked: ${network.name} has no layer "${path}"; there are ${names.join(", ")}${suggestion(path, names)}`,
        );
      if (!(output instanceof Tensor))
        throw new TypeError(`masked: ${path} gives several tensors, expected a layer that gives one`);
      const units = output.shape[output.rank - 1];
      const numbers = typeof mask === "object" && mask !== null ? Array.from(mask) : undefined;
      if (!numbers?.every((factor) => typeof factor === "number"))
        throw new TypeError(`masked: the mask of ${path} is ${said(mask)}, expected ${units} numbers`);
      if (numbers.length !== units)
        throw new ShapeError(
          `masked: ${path} has ${units} units (${show(output.shape.slice(1))}), its mask has ${numbers.length} numbers`,
        );
      return [path, Tensor.from(Float32Array.from(numbers), [units], "f32")];
    }),
  );
}
