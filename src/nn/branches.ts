import { optionsOf } from "../door/options.js";
import { concat } from "../ops/concat.js";
import type { Layer, Named } from "./layer.js";
import { innerOf, membersOf } from "./members.js";
import type { LayerDescription } from "./model.js";
import { printable } from "./printable.js";

/** What branches are made of, as their description keeps it. */
export interface BranchesOptions {
  readonly layers: readonly LayerDescription[];
}

/**
 * Layers side by side on one input, their results one after the other along the channels:
 *
 *     y = [f₁(x), f₂(x), …]
 *
 * From N×…×C to N×…×(C₁ + C₂ + …). A branch of several layers is a sequential() of them.
 *
 * @throws ShapeError where the results differ in more than their channels
 * Szegedy et al.: Going Deeper with Convolutions, arXiv:1409.4842, figure 2.
 */
export function branches(layers: readonly Layer[], given: Named = {}): Layer {
  const { name } = optionsOf("branches", given, { name: 1 });
  const members = membersOf(name ?? "branches", layers);
  const options: BranchesOptions = { layers: members.descriptions };
  return printable({
    type: "branches",
    name,
    options,
    inner: innerOf(members, (others) => branches(others, { name })),
    forward: (x, scope) =>
      concat(
        layers.map((_, i) => members.run(i, x, scope)),
        { axis: -1 },
      ),
  });
}
