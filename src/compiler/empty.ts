/**
 * Tensors without elements. A node that has none is never computed; one that has some, though it is made of none, is
 * known without computing: a sum over nothing is 0, what is put around nothing is the border alone.
 */
import type { Floats, Ints, Lanes, Mask } from "../kernels/language.js";
import type { Attributes, GraphNode, Operation } from "./operation.js";

export const isEmpty = ({ shape }: { readonly shape: readonly number[] }): boolean => shape.includes(0);

/** What stands in the graph for a node that has no elements. */
const nothing: Operation = { name: "nothing", lowering: { kind: "nothing" } };

/** The same value everywhere. */
const constant: Operation = {
  name: "constant",
  lowering: {
    kind: "map",
    cost: 0,
    rule:
      ({ value, type }) =>
      (k): Lanes => {
        if (type === "f32") return k.f32(value as number) satisfies Floats;
        const whole: Ints = k.i32(value as number);
        return type === "bool" ? (k.compare("ne", whole, k.i32(0)) satisfies Mask) : whole;
      },
  },
  label: ({ value }) => String(value),
};

export interface Known {
  readonly operation: Operation;
  readonly attributes: Attributes;
}

/** What takes a node's place without any input; null where the node has to be computed. */
export function knownWithoutInputs(node: GraphNode): Known | null {
  const { lowering } = node.operation;
  if (lowering.kind === "source") return null;
  if (isEmpty(node)) return { operation: nothing, attributes: {} };
  if (!node.inputs.some(isEmpty)) return null;
  const everywhere = (value: number): Known => ({
    operation: constant,
    attributes: { value, type: node.type },
  });
  switch (lowering.kind) {
    case "contract":
    case "scatterAdd":
      return everywhere(0);
    case "reduce":
      // The largest of none is refused by `max`; inside other operations it is what every number exceeds.
      return everywhere({ sum: 0, max: -Infinity, min: Infinity, argmax: 0 }[lowering.combine]);
    case "gather":
      // Whatever index is given, it lies outside an axis without values.
      return everywhere(node.type === "f32" ? Number.NaN : 0);
    case "assemble": {
      if (!node.inputs.every(isEmpty)) return null;
      const shapes = node.inputs.map(({ shape }) => shape);
      return everywhere(lowering.gaps(node.attributes, shapes, node.shape).value);
    }
    default:
      return null;
  }
}
