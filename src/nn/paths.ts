/** Which of a network's parameters are meant: by patterns over their paths, `stage4/*` or `!dense1`. */
import { said } from "../door/said.js";
import { nearestName } from "../door/spelling.js";

/**
 * A pattern, several, or a function of the path. A pattern is the path of a parameter (`dense1.weights`), of a layer or
 * block with all that is in it (`stage4`), or either with `*` for any letters (`*.bias`, `stage*`). With `!` in front it
 * is all but these. Of several the last that fits decides; where the first begins with `!`, all others are meant.
 */
export type Paths = string | readonly string[] | ((path: string) => boolean);

/**
 * The paths that are meant.
 *
 * @param speaker  who asks, and for what: `fit: trained`
 * @param of       whose paths they are
 * @throws TypeError where these are no patterns, or one of them fits nothing
 */
export function pathsMeant(
  speaker: string,
  wanted: Paths,
  paths: readonly string[],
  of: "parameter" | "layer" = "parameter",
): ReadonlySet<string> {
  if (typeof wanted === "function") return new Set(paths.filter((path) => wanted(path)));
  const patterns = typeof wanted === "string" ? [wanted] : wanted;
  if (!Array.isArray(patterns) || patterns.some((pattern) => typeof pattern !== "string"))
    throw new TypeError(
      `${speaker} is ${said(wanted)}, expected a pattern such as "dense1", or a list of them`,
    );
  const rules = patterns.map((pattern) => ruleOf(speaker, pattern, paths, of));
  const meantFirst = rules[0]?.isMeant === false;
  return new Set(paths.filter((path) => rules.findLast(({ fits }) => fits(path))?.isMeant ?? meantFirst));
}

function ruleOf(speaker: string, pattern: string, paths: readonly string[], of: "parameter" | "layer") {
  const isMeant = !pattern.startsWith("!");
  const name = isMeant ? pattern : pattern.slice(1);
  const letters = name.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  const whole = new RegExp(`^${letters.join(".*")}(?:$|[/.])`);
  const fits = (path: string) => whole.test(path);
  if (name === "" || !paths.some(fits)) throw new TypeError(unfit(speaker, name, paths, of));
  return { isMeant, fits };
}

function unfit(speaker: string, name: string, paths: readonly string[], of: "parameter" | "layer"): string {
  const layers =
    of === "layer" ? paths : [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf("."))))];
  const near = nearestName(name, [...new Set([...layers, ...layers.map((path) => path.split("/")[0])])]);
  const some =
    layers.length > 6 ? `${layers.slice(0, 5).join(", ")} and ${layers.length - 5} more` : layers.join(", ");
  return `${speaker}: no ${of} is called ${said(name)}; ${near ? `did you mean "${near}"?` : `there are those of ${some}`}`;
}
