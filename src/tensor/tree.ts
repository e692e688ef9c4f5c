/** Trees of tensors: one tensor, or lists and plain objects of trees. Their leaves have places: `picture`, `state.0`. */
import { type Shape, show } from "./shapes.js";
import { Tensor, type TypedArray } from "./tensor.js";

/** Tensors, and lists and plain objects of them. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** The same tree with numbers for tensors. */
export type Values<T> = T extends Tensor
  ? TypedArray
  : T extends readonly (infer E)[]
    ? Values<E>[]
    : { [K in keyof T]: Values<T[K]> };

/** One thing, or lists and plain objects of things. */
export type TreeOf<Leaf> = Leaf | readonly TreeOf<Leaf>[] | { readonly [key: string]: TreeOf<Leaf> };

/** The same tree with another value for each tensor: `Like<Tree, Shape>` has shapes. */
export type Like<T, Leaf> = [Tree] extends [T]
  ? TreeOf<Leaf>
  : T extends Tensor
    ? Leaf
    : { readonly [K in keyof T]: Like<T[K], Leaf> };

/** One shape, or lists and plain objects of shapes. */
export type ShapeTree = TreeOf<Shape>;

/** The place of a branch: `words` of a record, `state.hidden` of a record in it, `""` of the tree itself. */
export const placeIn = (place: string, key: string | number): string =>
  place === "" ? String(key) : `${place}.${key}`;

/** Every tensor with its place, in the tree's order. */
export function leavesOf(tree: Tree, place = ""): [place: string, leaf: Tensor][] {
  if (tree instanceof Tensor) return [[place, tree]];
  return Object.entries(tree).flatMap(([key, branch]) => leavesOf(branch as Tree, placeIn(place, key)));
}

/** The same tree with something else for every tensor. */
export function mapTree<Leaf>(
  tree: Tree,
  change: (leaf: Tensor, place: string) => Leaf,
  place = "",
): TreeOf<Leaf> {
  if (tree instanceof Tensor) return change(tree, place);
  if (Array.isArray(tree)) return tree.map((branch: Tree, i) => mapTree(branch, change, placeIn(place, i)));
  return Object.fromEntries(
    Object.entries(tree).map(([key, branch]) => [key, mapTree(branch, change, placeIn(place, key))]),
  );
}

/** Of one example, where each tensor is a batch of them. */
export const shapesOf = (batch: Tree): ShapeTree => mapTree(batch, ({ shape }): Shape => shape.slice(1));

/** Every shape with its place. */
export function shapeLeaves(shapes: ShapeTree, place = ""): [place: string, shape: Shape][] {
  if (isShape(shapes)) return [[place, shapes]];
  return Object.entries(shapes).flatMap(([key, branch]) =>
    shapeLeaves(branch as ShapeTree, placeIn(place, key)),
  );
}

export const isShape = (shapes: ShapeTree): shapes is Shape =>
  Array.isArray(shapes) && shapes.every((d) => typeof d === "number");

/** The same tree with tensors for its shapes. */
export function treeOf(shapes: ShapeTree, make: (shape: Shape, place: string) => Tensor, place = ""): Tree {
  if (isShape(shapes)) return make(shapes, place);
  if (Array.isArray(shapes))
    return shapes.map((branch: ShapeTree, i) => treeOf(branch, make, placeIn(place, i)));
  return Object.fromEntries(
    Object.entries(shapes).map(([key, branch]) => [key, treeOf(branch, make, placeIn(place, key))]),
  );
}

/** `28×28×1`, or `picture 28×28×1, words 20`. */
export const showShapes = (shapes: ShapeTree): string =>
  shapeLeaves(shapes)
    .map(([place, shape]) => (place === "" ? show(shape) : `${place} ${show(shape)}`))
    .join(", ");

export const sameShapes = (a: ShapeTree, b: ShapeTree): boolean => showShapes(a) === showShapes(b);
