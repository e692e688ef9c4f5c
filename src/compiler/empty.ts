/**
 * Tensors without elements. A node that has none is never computed; one that has some, though it is made of none, is
 * known without computing: a sum over nothing is 0, what is put around nothing is the border alone.
 */
import type { Lanes } from "../kernels/language.js";
import { type Lowering, valueOfNothing } from "./lowering.js";
import { type GraphNode, numeral } from "./operation.js";

export const isEmpty = ({ shape }: { readonly shape: readonly number[] }): boolean => shape.includes(0);

export interface Known {
  readonly lowering: Lowering;
  readonly name: string;
  readonly label: string;
}

/** What stands in the graph for a node that has no elements. */
const nothing: Known = { name: "nothing", label: "nothing", lowering: { kind: "nothing" } };

/** What takes a node's place without any input; null where the node has to be computed. */
export function knownWithoutInputs(node: GraphNode, lowering: Lowering): Known | null {
  if (lowering.kind === "source") return null;
  if (isEmpty(node)) return nothing;
  if (!node.inputs.some(isEmpty)) return null;
  const isFloat = node.type === "f32";
  const value = valueOfNothing(lowering, { isFloat, allEmpty: node.inputs.every(isEmpty) });
  return value === null ? null : everywhere(value, node.type);
}

function everywhere(value: number, type: GraphNode["type"]): Known {
  const rule = (k: Parameters<Lowering<"map">["rule"]>[0]): Lanes => {
    if (type === "f32") return k.f32(value);
    const whole = k.i32(value);
    return type === "bool" ? k.compare("ne", whole, k.i32(0)) : whole;
  };
  const label = String(value);
  return { name: `constant ${type} ${numeral(value)}`, label, lowering: { kind: "map", cost: 0, rule } };
}
