/** The dictionary of tensors that is meant, in what a training script saved around it. */
import { PickleFunction, type PickleValue, Stranger } from "./pickle.js";
import { wrappers } from "./wrapped-names.js";

export interface FoundState {
  /** The dictionary; undefined where there is none, or several of which none is called as one that is meant. */
  readonly state?: Map<PickleValue, PickleValue>;
  /** The names under which it lies, one within the other. */
  readonly path: readonly string[];
  /** Names of further dictionaries of tensors that lie beside it. */
  readonly beside: readonly string[];
  /** All else that was passed over, each by its name and what it is. */
  readonly passedOver: readonly string[];
}

/** @param isTensor  also tells of what stands in place of one */
export function findState(value: PickleValue, isTensor: (value: PickleValue) => boolean): FoundState {
  const path: string[] = [];
  const beside: string[] = [];
  const passedOver: string[] = [];
  const holdsTensors = tensorFinder(isTensor);
  let state = value;
  for (;;) {
    if (!(state instanceof Map) || path.length > deepest) return { path, beside, passedOver };
    const dictionaries = namesOf(state, holdsTensors);
    const known = wrappers.find((name) => dictionaries.includes(name));
    const tensors = namesOf(state, isTensor);
    const taken = known ?? (tensors.length === 0 && dictionaries.length === 1 ? dictionaries[0] : undefined);
    if (taken === undefined && tensors.length === 0)
      return { path, beside: dictionaries, passedOver: others(state, []) };
    const kept = taken === undefined ? tensors : [taken];
    const furthers = dictionaries.filter((name) => !kept.includes(name));
    beside.push(...furthers);
    passedOver.push(...others(state, [...kept, ...furthers]));
    if (taken === undefined) return { state, path, beside, passedOver };
    path.push(taken);
    state = state.get(taken)!;
  }
}

const namesOf = (map: Map<PickleValue, PickleValue>, is: (value: PickleValue) => boolean): string[] =>
  [...map].flatMap(([name, value]) => (typeof name === "string" && is(value) ? [name] : []));

/**
 * Tells of a value whether it is a dictionary with tensors in it, or in dictionaries in it. Dictionaries may share
 * their parts, and so be endless to walk through: after a million values no more tensors are looked for.
 */
function tensorFinder(isTensor: (value: PickleValue) => boolean): (value: PickleValue) => boolean {
  let left = 1e6;
  const holds = (value: PickleValue, depth: number): boolean => {
    if (!(value instanceof Map) || depth === 0) return false;
    for (const [name, inner] of value) {
      if (left-- <= 0) return false;
      if (typeof name === "string" && (isTensor(inner) || holds(inner, depth - 1))) return true;
    }
    return false;
  };
  return (value) => holds(value, deepest);
}

/** So many dictionaries, one in another, are looked through. */
const deepest = 4;

const others = (map: Map<PickleValue, PickleValue>, kept: readonly string[]): string[] =>
  [...map].flatMap(([name, value]) =>
    typeof name === "string" && kept.includes(name)
      ? []
      : [`${typeof name === "string" ? name : "?"} (${kindOf(value)})`],
  );

/** What something is, in a few words; what it holds is not looked at. */
export function kindOf(value: PickleValue): string {
  if (value === null) return "nothing";
  if (value instanceof Stranger) return value.of.replace(/^(__builtin__|builtins)\./, "");
  if (value instanceof PickleFunction) return value.name;
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "a dictionary";
  if (value instanceof Set) return "a set";
  if (value instanceof Uint8Array) return "bytes";
  return (
    { number: "a number", bigint: "a number", string: "text", boolean: "a truth value" }[
      typeof value as string
    ] ?? "a tensor"
  );
}
