import { optionsOf } from "../door/options.js";
import { add } from "../ops/arithmetic.js";
import { ShapeError, sameShape, show } from "../tensor/shapes.js";
import type { AnyLayer, Layer, Named } from "./layer.js";
import { membersOf } from "./members.js";
import type { LayerDescription, Model } from "./model.js";
import { printable } from "./printable.js";
import { sequential } from "./sequential.js";

/** What a residual block is made of, as its description keeps it. */
export interface ResidualOptions {
  readonly layers: readonly LayerDescription[];
  readonly shortcut?: readonly LayerDescription[];
  readonly activation?: LayerDescription;
}

/**
 * Layers that learn what to add to their input:
 *
 *     y = activation(layers(x) + shortcut(x))
 *
 * The shortcut is the identity if left out, and so is the activation. Paths within the block: `conv1`, …,
 * `shortcut/conv1`, …; the activation is named and numbered after the layers.
 *
 * @throws ShapeError where the layers and the shortcut make different shapes
 * He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, arXiv:1512.03385, equations 1 and 2.
 */
export function residual(
  layers: readonly Layer[],
  given: { shortcut?: readonly Layer[]; activation?: Layer } & Named = {},
): Layer {
  const { shortcut, activation, name } = optionsOf("residual", given, {
    shortcut: 1,
    activation: 1,
    name: 1,
  });
  const owner = name ?? "residual";
  const within = membersOf(owner, layers);
  const members = activation ? membersOf(owner, [...layers, activation]) : within;
  const count = layers.length;
  const aside = shortcut && sequential("shortcut", ...membersOf(`${owner}: shortcut`, shortcut).layers);
  const options: ResidualOptions = {
    layers: members.descriptions.slice(0, count),
    ...(aside && { shortcut: aside.options.layers }),
    ...(activation && { activation: members.descriptions[count] }),
  };
  return printable({
    type: "residual",
    name,
    options,
    inner: {
      names: [...members.names, ...(aside ? ["shortcut"] : [])],
      remade(change) {
        const made = members.layers.map((layer, i) => change(members.names[i], layer as AnyLayer) as Layer);
        const kept = aside && (change("shortcut", aside as unknown as AnyLayer) as Layer & Partial<Model>);
        return residual(made.slice(0, count), {
          name,
          ...(kept ? { shortcut: kept.layers ?? [kept] } : {}),
          ...(activation ? { activation: made[count] } : {}),
        }) as AnyLayer;
      },
    },
    forward(x, scope) {
      let change = x;
      for (let i = 0; i < count; i++) change = members.run(i, change, scope);
      const kept = aside ? scope.run(aside, x, "shortcut") : x;
      if (!sameShape(change.shape, kept.shape))
        throw new ShapeError(
          `residual: the layers make ${show(change.shape)} of ${show(x.shape)}, the shortcut ${show(kept.shape)}`,
        );
      const sum = add(change, kept);
      return activation ? members.run(count, sum, scope) : sum;
    },
  });
}
