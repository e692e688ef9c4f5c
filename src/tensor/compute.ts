/** The numbers of tensors, of several at once. */
import { tensorsOf } from "./compile.js";
import { settle, type Tensor, Variable } from "./tensor.js";
import { mapTree, type Tree, type Values } from "./tree.js";

/**
 * The numbers of several tensors of any shapes, in row-major order, from one program: what they share is computed once.
 * The arrays are the caller's.
 *
 *     const [a, b] = await compute([mean(x), max(x)]);
 *     const { loss } = await compute(await step(x, y)); // loss[0]
 *
 * @param tensors  a list of them, or any tree
 * @returns        the same tree with arrays for tensors
 */
export async function compute<T extends Tree>(tensors: T): Promise<Values<T>> {
  const leaves = tensorsOf("compute", tensors, ["the argument"]);
  await settle(leaves);
  const values = await Promise.all(leaves.map((t) => (t instanceof Variable ? t.read() : t.own!.slice())));
  let next = 0;
  return mapTree(tensors, () => values[next++]) as Values<T>;
}

/** The same of what a run has computed, as the arrays lie in the tensors: not to be changed. */
export async function numbersOf<T extends Tree>(computed: T | Promise<T>): Promise<Values<T>> {
  const tree = await computed;
  const leaves: Tensor[] = [];
  mapTree(tree, (leaf) => leaves.push(leaf));
  await settle(leaves);
  return mapTree(tree, (leaf) => leaf.own!) as Values<T>;
}
