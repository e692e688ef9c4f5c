import { optionsOf } from "../door/options.js";
import { concat } from "../ops/concat.js";
import type { Layer, Named } from "./layer.js";
import { innerOf, membersOf } from "./members.js";
import type { LayerDescription } from "./model.js";
import { printable } from "./printable.js";

/** What a dense block is made of, as its description keeps it. */
export interface DenseBlockOptions {
  readonly layers: readonly LayerDescription[];
}

/**
 * Every layer sees the block's input and what all layers before it made, along the channels:
 *
 *     xₗ = fₗ([x₀, x₁, …, xₗ₋₁]),  y = [x₀, x₁, …]
 *
 * From N×…×C to N×…×(C + C₁ + C₂ + …). A step of several layers is a sequential() of them.
 *
 * @throws ShapeError where a result differs from the input in more than its channels
 * Huang, Liu, van der Maaten, Weinberger: Densely Connected Convolutional Networks, arXiv:1608.06993, equation 2.
 */
export function denseBlock(layers: readonly Layer[], given: Named = {}): Layer {
  const { name } = optionsOf("denseBlock", given, { name: 1 });
  const members = membersOf(name ?? "denseBlock", layers);
  const options: DenseBlockOptions = { layers: members.descriptions };
  return printable({
    type: "denseBlock",
    name,
    options,
    inner: innerOf(members, (others) => denseBlock(others, { name })),
    forward: (x, scope) =>
      layers.reduce((seen, _, i) => concat([seen, members.run(i, seen, scope)], { axis: -1 }), x),
  });
}
