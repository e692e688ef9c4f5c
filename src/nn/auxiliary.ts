import { optionsOf } from "../door/options.js";
import { checkedNumber } from "./checks.js";
import type { Layer, Named } from "./layer.js";
import { innerOf, membersOf } from "./members.js";
import type { LayerDescription } from "./model.js";
import { printable } from "./printable.js";

/** What an auxiliary head is made of, as its description keeps it. */
export interface AuxiliaryOptions {
  readonly layers: readonly LayerDescription[];
  readonly weight?: number;
}

/**
 * A head in the middle of a network: what comes in goes out as it is, and in training also through the head's layers,
 * whose output is a second one of the model, N×…. Its loss is added to that of the model `weight` times.
 *
 * @param given.weight  0.3 if left out
 * Szegedy et al.: Going Deeper with Convolutions, arXiv:1409.4842, section 5.
 */
export function auxiliary(layers: readonly Layer[], given: { weight?: number } & Named = {}): Layer {
  const { weight, name } = optionsOf("auxiliary", given, { weight: 1, name: 1 });
  checkedNumber("auxiliary", "weight", weight ?? 0, 0);
  const members = membersOf(name ?? "auxiliary", layers);
  const options: AuxiliaryOptions = {
    layers: members.descriptions,
    ...(weight === undefined ? {} : { weight }),
  };
  return printable({
    type: "auxiliary",
    name,
    options,
    inner: innerOf(members, (others) => auxiliary(others, { weight, name })),
    forward(x, scope) {
      if (scope.training) scope.aside(members.runInOrder(x, scope), weight ?? 0.3);
      return x;
    },
  });
}
