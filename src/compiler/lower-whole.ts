/** Kinds whose kernels read their inputs whole, from the first element on: what picks slices, lattices, and suppression. */
import { formatOf } from "../kernels/expression.js";
import type { Placement } from "./expressions.js";
import type { Node } from "./graph.js";
import type { Launch } from "./launch.js";
import type { Lowering } from "./lowering.js";
import { sizeOf } from "./operation.js";

/** What such kernels ask of what lowers them. */
interface Laid {
  placement(node: Node): Placement;
  storedBase(node: Node): Node;
  mustLieWhole(node: Node): void;
  nameOf(node: Node, core: Node | null): string;
  copy(from: Node, to: Node): Launch;
}

export function latticeLaunch(laid: Laid, node: Node, { generate }: Lowering<"lattice">): Launch {
  laid.mustLieWhole(node);
  const [count, frames, states] = node.shape;
  const inputs = node.inputs.map((input) => laid.storedBase(input));
  return {
    name: laid.nameOf(node, null),
    task: { kind: "lattice", lattice: { count, frames, states }, generate },
    arguments: [...inputs, node].map((n) => laid.placement(n).owner),
    reads: inputs,
    writes: [node],
    work: sizeOf(node.shape) * 60, // three exponentials and a logarithm
    replaceable: [],
  };
}

export function suppressionLaunch(
  laid: Laid,
  node: Node,
  { kind, generate, ...how }: Lowering<"suppress">,
): Launch {
  laid.mustLieWhole(node);
  const inputs = node.inputs.map((input) => laid.storedBase(input));
  const [count, candidates] = node.inputs[1].shape;
  return {
    name: laid.nameOf(node, null),
    task: { kind, suppression: { count, candidates, ...how }, generate },
    arguments: [...inputs, node].map((n) => laid.placement(n).owner),
    reads: inputs,
    writes: [node],
    work: count * candidates * (how.results + 1) * 20, // the overlap with each result
    replaceable: [],
  };
}

export function pickingLaunches(
  laid: Laid,
  node: Node,
  { kind, axis, generate }: Lowering<"gather" | "scatterAdd" | "putSlices">,
): Launch[] {
  laid.mustLieWhole(node);
  const [values, indices, before] = node.inputs;
  const [a, b] = [laid.storedBase(values), laid.storedBase(indices)];
  const scatters = kind !== "gather";
  const picked = scatters ? node.shape : values.shape;
  const picking = {
    outer: sizeOf(picked.slice(0, axis)),
    extent: picked[axis],
    inner: sizeOf(picked.slice(axis + 1)),
    count: sizeOf(indices.shape),
  };
  const over = before && { ...laid.copy(before, node), replaceable: [before], copies: before };
  const launch: Launch = {
    name: laid.nameOf(node, null),
    task: { kind, format: formatOf[node.type], picking, generate },
    arguments: [a, b, node].map((n) => laid.placement(n).owner),
    reads: [a, b],
    writes: [node],
    work: (over ? 0 : sizeOf(node.shape)) + (scatters ? sizeOf(values.shape) * 4 : 0),
    replaceable: [],
    over,
  };
  return over ? [over, launch] : [launch];
}
