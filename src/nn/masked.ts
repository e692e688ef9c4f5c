import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";
import { mul } from "../ops/arithmetic.js";
import { ShapeError, show } from "../tensor/shapes.js";
import { placeholder, Tensor } from "../tensor/tensor.js";
import { leavesOf, mapTree, type Tree, treeOf } from "../tensor/tree.js";
import type { AnyLayer, Scope } from "./layer.js";
import type { Mode } from "./mode.js";
import type { AnyNetwork } from "./model.js";
import { rehearse } from "./pass.js";

/**
 * The network with some of its units scaled: 0 switches a filter or neuron off, 1 leaves it as it is. It is called,
 * measured and looked into like the network, whose weights it has, also those that it learns later; and it may stand as a
 * layer in another network, which then has weights of its own for it.
 *
 *     const without = nn.masked(model, { conv1: [1, 1, 0, 1, 1, 1] });
 *     const { accuracy } = await evaluate(without, test);
 *
 * @param network  built; stays as it is
 * @param masks    by the path of a layer, or of one of its outputs where it gives several (`encoder.mean`), a number for
 *                 each of its units, those along the last axis
 * @throws TypeError where there is no such layer, or the network is not built
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
  const times = (y: Tree, path: string): Tree =>
    mapTree(
      y,
      (leaf, place) => {
        const factor = factors.get(place);
        return factor ? mul(leaf, factor) : leaf;
      },
      path,
    ) as Tree;
  const instead =
    (given: Mode["instead"]) =>
    (path: string, layer: AnyLayer): AnyLayer | undefined => {
      const acting = given?.(path, layer) ?? layer;
      const isScaled = [...factors.keys()].some((place) => place === path || place.startsWith(`${path}.`));
      return isScaled ? scaledBy((y) => times(y, path), acting) : acting;
    };
  /** Where it stands as a layer of another network, the paths of its own layers begin with where that is. */
  const scaling = (scope: Scope, at: string): Scope => ({
    ...scope,
    run(layer, x, name, options) {
      const path = at === "" ? name : `${at}/${name}`;
      const inner = layer as unknown as AnyLayer;
      const forward: AnyLayer["forward"] = (x, below) => inner.forward(x, scaling(below, path));
      const within = scaledBy((y) => times(y, path), inner, forward);
      return scope.run(within as unknown as typeof layer, x, name, options);
    },
  });
  const ofItsOwn = {
    forward: (x: never, scope: Scope): Tree => network.forward(x, scaling(scope, "")),
    // A description of what it stands in cannot have the masks, and shall not be without them unnoticed.
    options: { ...network.options, masks },
  };
  return new Proxy(network, {
    apply: (target, _, [x, mode = {}]: [never, Mode?]) =>
      target(x, { ...mode, instead: instead(mode.instead) }),
    get: (target, key) => Reflect.get(Object.hasOwn(ofItsOwn, key) ? ofItsOwn : target, key),
  });
}

const scaledBy = (
  times: (y: Tree) => Tree,
  layer: AnyLayer,
  forward: AnyLayer["forward"] = (x, scope) => layer.forward(x, scope),
): AnyLayer => {
  const { type, name, options, macs, sees } = layer;
  return {
    type,
    name,
    options,
    macs: macs?.bind(layer),
    sees: sees?.bind(layer),
    forward: (x, scope) => times(forward(x, scope)),
  };
};

function checkedMasks(
  network: AnyNetwork,
  masks: { readonly [layer: string]: ArrayLike<number> },
): ReadonlyMap<string, Tensor> {
  if (!network.inputShape)
    throw new TypeError(`masked: ${network.name} is not built yet: call it, or build it, first`);
  const outputs = new Map<string, Tensor>();
  rehearse(
    network as unknown as AnyLayer,
    treeOf(network.inputShape, (shape) => placeholder([1, ...shape], "f32")),
    {
      training: false,
      ran({ path, y }) {
        if (path !== "") for (const [place, leaf] of leavesOf(y, path)) outputs.set(place, leaf);
      },
    },
  );
  const names = [...outputs.keys()];
  return new Map(
    Object.entries(masks).map(([path, mask]) => {
      const output = outputs.get(path);
      const several = names.filter((name) => name.startsWith(`${path}.`));
      if (!output && several.length > 0)
        throw new TypeError(
          `masked: ${path} gives several tensors, expected one of them: ${several.join(", ")}`,
        );
      if (!output)
        throw new TypeError(
          `masked: ${network.name} has no layer "${path}"; there are ${names.join(", ")}${suggestion(path, names)}`,
        );
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
