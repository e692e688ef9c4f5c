/** Names of weights without what training scripts and wrappers of models put before all of them. */
import type { ArrayFile } from "./array-file.js";

/** Under what scripts keep their weights. Of several the first is taken: the weights before their averages. */
export const wrappers = [
  "state_dict",
  "model_state_dict",
  "model",
  "net",
  "network",
  "params",
  "weights",
  "module",
  "state_dict_ema",
  "model_ema",
  "params_ema",
  "ema",
] as const;

/** What torch.compile, DataParallel, Lightning and others put before every name, and wrappers that became a part of it. */
const prefixes = ["_orig_mod", "backbone", ...wrappers];

/**
 * The arrays under names without such a prefix, where all begin with the same one, or with several that have the same
 * names behind them; then one is taken. A remark says so. Files of our own stay as they are.
 */
export function withoutWrapping(file: ArrayFile): ArrayFile {
  if (file.metadata.format?.startsWith("receptive")) return file;
  const remarks = [...(file.remarks ?? [])];
  let arrays = file.arrays;
  const left: string[] = [];
  for (;;) {
    const groups = groupsOf(arrays);
    const taken = groups && prefixes.find((prefix) => groups.has(prefix));
    if (!groups || taken === undefined) break;
    const others = [...groups.keys()].filter((prefix) => prefix !== taken);
    if (others.length > 0)
      remarks.push(`took the weights under ${quoted([taken])}, not those under ${quoted(others)}`);
    else left.push(taken);
    arrays = groups.get(taken)!;
  }
  if (left.length > 0) remarks.push(`left out what all names begin with: "${left.join(".")}."`);
  return { ...file, arrays, remarks };
}

type Arrays = ArrayFile["arrays"];

/** The arrays by the first part of their names, if each of these is a prefix and all groups have the same names. */
function groupsOf(arrays: Arrays): Map<string, Arrays> | undefined {
  const groups = new Map<string, Map<string, ReturnType<Arrays["get"]> & {}>>();
  for (const [name, array] of arrays) {
    const end = name.indexOf(".");
    const prefix = name.slice(0, end);
    if (end < 0 || end === name.length - 1 || !prefixes.includes(prefix)) return undefined;
    if (!groups.has(prefix)) groups.set(prefix, new Map());
    groups.get(prefix)!.set(name.slice(end + 1), array);
  }
  const [first, ...others] = [...groups.values()];
  const areAlike = others.every(
    (group) => group.size === first.size && [...group.keys()].every((n) => first.has(n)),
  );
  return first && areAlike ? groups : undefined;
}

export const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
