/** What is given to a network, looked at before its layers see it: an error here says what was probably meant. */
import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";
import { checkTensor } from "../tensor/arguments.js";
import { checkedShape, type Shape, ShapeError, sameShape, show } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import type { Tree } from "../tensor/tree.js";
import { isShape, leavesOf, placeIn, type ShapeTree, shapeLeaves } from "../tensor/tree.js";

/**
 * Batches in the form that the network was built for.
 * @throws TypeError where something else than tensors comes, or under other names
 * @throws ShapeError where one example comes for a batch, or the batches are not equally large
 */
export function checkBatches(name: string, given: Tree, built: ShapeTree | null): void {
  checkForm(name, given, built, "");
  const leaves = leavesOf(given);
  const shapes = new Map(built ? shapeLeaves(built) : []);
  for (const [at, x] of leaves) checkBatch(name, at || "x", x.shape, shapes.get(at) ?? null);
  const [first, ...others] = leaves;
  for (const [at, { shape }] of others)
    if (shape[0] !== first[1].shape[0])
      throw new ShapeError(
        `${name}: ${first[0]} is ${show(first[1].shape)} and ${at} ${show(shape)}: ${first[1].shape[0]} and ${shape[0]} examples, expected as many of each`,
      );
}

function checkForm(name: string, given: unknown, built: ShapeTree | null, place: string): void {
  if (built ? isShape(built) : !isTree(given)) {
    checkTensor(name, place || "x", given);
    return;
  }
  if (!isTree(given))
    throw new TypeError(`${name}: ${place || "x"} is ${said(given)}, expected a record of ${listed(built!)}`);
  const names = Object.keys(given);
  const expected = built ? Object.keys(built) : names;
  const branch = (of: object, key: string) => (of as { readonly [key: string]: ShapeTree })[key];
  for (const key of names)
    if (!expected.includes(key))
      throw new TypeError(
        `${name}: there is no input ${placeIn(place, key)}, expected ${listed(built!)}${suggestion(key, expected)}`,
      );
  for (const key of expected) {
    if (!names.includes(key))
      throw new TypeError(
        `${name}: the input ${placeIn(place, key)} is missing, expected ${listed(built!)}, got ${names.join(", ") || "none"}`,
      );
    checkForm(name, branch(given, key), built && branch(built, key), placeIn(place, key));
  }
}

/** A list or record that has tensors somewhere. */
const isTree = (value: unknown): value is object =>
  (Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]") &&
  !(value instanceof Tensor) &&
  Object.values(value as object).some((branch) => branch instanceof Tensor || isTree(branch));

/** `picture (N×32×32×3) and words (N×20)` */
const listed = (shapes: ShapeTree): string =>
  shapeLeaves(shapes)
    .map(([place, shape]) => `${place} (N×${show(shape)})`)
    .join(", ")
    .replace(/, (?=[^,]*$)/, " and ");

/** The commonest slip has a message of its own: one example where a batch is meant. */
function checkBatch(name: string, input: string, shape: Shape, built: Shape | null): void {
  if (built ? shape.length === built.length + 1 : shape.length >= 2) return;
  const missing =
    built && sameShape(shape, built)
      ? `; one example is a batch of 1: reshape(${input}, [1, ${built.join(", ")}])`
      : "";
  throw new ShapeError(
    `${name}: ${input} is ${show(shape)}, expected N×${built ? show(built) : "…"}${missing}`,
  );
}

/** The shapes of one example, as users give them. */
export function checkedShapes(name: string, shapes: ShapeTree): ShapeTree {
  if (typeof shapes !== "object" || shapes === null || isListOfNumbers(shapes))
    checkedShape(name, shapes as Shape);
  else for (const branch of Object.values(shapes)) checkedShapes(name, branch);
  return shapes;
}

const isListOfNumbers = (shapes: object): boolean =>
  ArrayBuffer.isView(shapes) || (Array.isArray(shapes) && !shapes.some((s) => typeof s === "object"));

/** The first question that the shapes of one example raise. */
export const doubt = (shapes: ShapeTree): string =>
  shapeLeaves(shapes)
    .map(([, shape]) => doubtOf(shape))
    .find((question) => question !== "") ?? "";

/**
 * The axes of pictures that are given as other libraries have them: 3×224×224. Nobody has pictures 3 pixels high, as
 * wide as they have channels.
 */
function doubtOf([h, w, c, ...more]: Shape): string {
  const isTurned = more.length === 0 && [1, 3, 4].includes(h) && Math.min(w, c) >= 16;
  return isTurned ? `; are the axes N×C×H×W? Here they are N×H×W×C: transpose(x, [0, 2, 3, 1])` : "";
}

/** @throws ShapeError where pictures have the axes of other libraries though the layers would bear it */
export function refuseTurned(name: string, x: Tree): void {
  for (const [place, { shape }] of leavesOf(x)) {
    const [, height, width, channels] = shape;
    const question = doubtOf(shape.slice(1));
    if (question && width === channels)
      throw new ShapeError(
        `${name}: ${place || "x"} is ${show(shape)}: ${height} high, ${width} wide, ${channels} channels${question}`,
      );
  }
}
