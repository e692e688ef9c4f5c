/** A network's description as parts within parts: one after another, side by side, or joined by names. */
import type { Counted, Described, NetworkAnswer } from "../../engine/network-lessons.js";

export interface Part {
  /** As the library's summary names it: "stage1/block1/conv1". */
  readonly path: string;
  readonly name: string;
  readonly type: string;
  /** Its own options, without the layers in it. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inside: Inside | undefined;
  readonly params: number;
  readonly macs: number;
  /** Of its last layer. */
  readonly output: readonly number[] | undefined;
  readonly field: Counted["receptiveField"] | undefined;
  /** Layers in it, itself if it has none. */
  readonly size: number;
}

export type Inside =
  /** dense: each sees all before it. */
  | { readonly how: "series" | "dense"; readonly parts: readonly Part[] }
  | { readonly how: "parallel"; readonly parts: readonly Part[] }
  /** Added to what comes by the shortcut, or as it was where there is none. */
  | {
      readonly how: "residual";
      readonly main: readonly Part[];
      readonly shortcut: readonly Part[];
      readonly after: readonly Part[];
    }
  | {
      readonly how: "joined";
      readonly parts: readonly Part[];
      readonly from: readonly (readonly string[])[];
    };

const isLayer = (value: unknown): value is Described =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Described).type === "string" &&
  "options" in value;
const layersIn = (value: unknown): Described[] =>
  Array.isArray(value) && value.length > 0 && value.every(isLayer) ? value : [];

export function treeOf({ described, layers, title }: NetworkAnswer): Part {
  const rows = new Map(layers.map((row) => [row.name, row]));
  const part = (layer: Described, path: string): Part => {
    const within = (name: string) => (path ? `${path}/${name}` : name);
    const list = (all: readonly Described[], prefix = "") =>
      all.map((one) => part(one, within(prefix ? `${prefix}/${one.name}` : one.name)));
    const inside = insideOf(layer, list);
    const parts = partsOf(inside);
    const own = rows.get(path);
    const last = inside?.how === "residual" && inside.after.length === 0 ? inside.main.at(-1) : parts.at(-1);
    return {
      path,
      name: layer.name || title,
      type: layer.type,
      attributes: Object.fromEntries(
        Object.entries(layer.options ?? {}).filter(([, value]) => !holdsLayers(value)),
      ),
      inside,
      params: (own?.params ?? 0) + parts.reduce((sum, { params }) => sum + params, 0),
      macs: (own?.macs ?? 0) + parts.reduce((sum, { macs }) => sum + macs, 0),
      output: own?.output ?? (inside?.how === "parallel" ? joined(parts) : last?.output),
      field: own?.receptiveField ?? last?.field,
      size: parts.length === 0 ? 1 : parts.reduce((sum, { size }) => sum + size, 0),
    };
  };
  return part(described, "");
}

/** Branches are laid one behind the other, along the channels. */
function joined(parts: readonly Part[]): readonly number[] | undefined {
  const outputs = parts.map(({ output }) => output);
  if (outputs.length === 0 || outputs.some((output) => !output)) return undefined;
  return [...outputs[0]!.slice(0, -1), outputs.reduce((sum, output) => sum + output!.at(-1)!, 0)];
}

const holdsLayers = (value: unknown): boolean =>
  isLayer(value) ||
  (Array.isArray(value) &&
    value.some(
      (one) =>
        isLayer(one) ||
        (typeof one === "object" && one !== null && isLayer((one as { layer?: unknown }).layer)),
    ));

function insideOf(
  layer: Described,
  list: (all: readonly Described[], prefix?: string) => Part[],
): Inside | undefined {
  const options = layer.options ?? {};
  const own = layersIn(options.layers);
  if (layer.type === "residual")
    return {
      how: "residual",
      main: list(own),
      shortcut: list(layersIn(options.shortcut), "shortcut"),
      after: isLayer(options.activation) ? list([options.activation]) : [],
    };
  if (layer.type === "graph" && Array.isArray(options.nodes)) {
    const nodes = options.nodes as { name: string; layer: Described | string; from: unknown }[];
    return {
      how: "joined",
      parts: list(
        nodes.map(({ name, layer: one }) => ({
          type: typeof one === "string" ? `as ${one}` : one.type,
          options: typeof one === "string" ? {} : one.options,
          name,
        })),
      ),
      from: nodes.map(({ from }) => namesIn(from)),
    };
  }
  const all =
    own.length > 0
      ? own
      : Object.values(options).flatMap((value) => (isLayer(value) ? [value] : layersIn(value)));
  if (all.length === 0) return undefined;
  const how = layer.type === "branches" ? "parallel" : layer.type === "denseBlock" ? "dense" : "series";
  return { how, parts: list(all) };
}

const namesIn = (from: unknown): string[] =>
  typeof from === "string"
    ? [from.split(".")[0]]
    : typeof from === "object" && from !== null
      ? Object.values(from).flatMap(namesIn)
      : [];

export const partsOf = (inside: Inside | undefined): readonly Part[] =>
  !inside
    ? []
    : inside.how === "residual"
      ? [...inside.main, ...inside.shortcut, ...inside.after]
      : inside.parts;

/** All parts, each before what is in it. */
export function allParts(root: Part): Part[] {
  const found: Part[] = [];
  const todo = [root];
  while (todo.length > 0) {
    const part = todo.pop()!;
    found.push(part);
    todo.push(...[...partsOf(part.inside)].reverse());
  }
  return found;
}
