/** Which objectives examples could be trained for, by what their fields hold. */
import type { Field, Fields } from "../../data/examples.js";

/** What is wrong with these fields and no objective, and how one would be written. */
export function missingObjective(name: string, fields: Fields): string {
  const [first = "one of yours", ...others] = fittingObjectives(fields);
  const told = Object.entries(fields).map(
    ([name, { shape, dtype }]) =>
      `${name} (${dtype}${shape.length > 0 ? ` ${shape.map((d) => d ?? "L").join("×")}` : ""})`,
  );
  const known = others.length > 0 ? `; or ${others.join(", ")}` : "";
  return `there is no objective, and ${name} has named fields, ${told.join(", ")}: expected one, such as ${first}${known}`;
}

/**
 * As they would be written, the likeliest first: `objectives.classification(losses.crossEntropy(), { inputs: ["image"],
 * target: "kind" })`.
 */
function fittingObjectives(fields: Fields): string[] {
  const masks = Object.values(fields).flatMap(({ mask }) => mask ?? []);
  const all = Object.entries(fields).filter(([name]) => !masks.includes(name));
  const quoted = (names: readonly string[]) => `[${names.map((name) => `"${name}"`).join(", ")}]`;
  const found: [rank: number, call: string][] = [];
  const compares = (rank: number, call: string, target: string): void => {
    const inputs = all.flatMap(([name, { holds }]) => (name === target || holds ? [] : [name]));
    if (inputs.length > 0)
      found.push([rank, `objectives.${call}, { inputs: ${quoted(inputs)}, target: "${target}" })`]);
  };
  for (const [name, field] of all) {
    const { shape, holds } = field;
    const isWhole = field.dtype !== "f32" && !field.pixels;
    if (holds === "boxes")
      found.push([0, `objectives.anchoredBoxes({ anchors, classes, boxes: "${name}" })`]);
    else if (holds === "mask") compares(1, "segmentation(losses.crossEntropy()", name);
    else if (isWhole && shape.length === 0) compares(2, "classification(losses.crossEntropy()", name);
    else if (isWhole && shape.length === 2) compares(3, "segmentation(losses.crossEntropy()", name);
    else if (isWhole && shape.length === 1)
      found.push([6, `objectives.nextTokens(losses.crossEntropy(), { tokens: "${name}" })`]);
    else if (field.dtype === "f32" && shape.length < 3)
      compares(4 + shape.length / 10, "regression(losses.meanSquaredError()", name);
    else if (shape.length === 3)
      found.push([7, `objectives.reconstruction(losses.meanSquaredError(), { inputs: ["${name}"] })`]);
  }
  const [pair, other] =
    all
      .map(([name]) => all.filter(([, field]) => isLike(fields[name], field)))
      .find(({ length }) => length > 1) ?? [];
  if (pair && other)
    found.push([5, `objectives.pairRanking({ better: "${pair[0]}", worse: "${other[0]}" })`]);
  return found.sort(([a], [b]) => a - b).map(([, call]) => call);
}

const isLike = (a: Field, b: Field): boolean =>
  a.dtype === b.dtype && a.shape.length > 0 && String(a.shape) === String(b.shape) && a.holds === b.holds;
