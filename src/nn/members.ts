/** The layers that stand inside another one: what they are called, described, and run in their order. */
import { said } from "../door/said.js";
import type { Tensor } from "../tensor/tensor.js";
import type { AnyLayer, Inner, Layer, Scope } from "./layer.js";
import type { LayerDescription } from "./model.js";

/** What a model is called that was given no name. */
export const nameless = "sequential";

export interface Members {
  readonly layers: readonly Layer[];
  readonly names: readonly string[];
  readonly descriptions: readonly LayerDescription[];
  /** Lets the layer at place i do its part in the scope of the one that holds it. */
  run(i: number, x: Tensor, scope: Scope): Tensor;
  /** All of them, each on what the one before it made. */
  runInOrder(x: Tensor, scope: Scope): Tensor;
}

/** @throws TypeError where two layers have one name, or a name holds one of the marks of a path: / and . */
export function membersOf(owner: string, layers: readonly Layer[]): Members {
  checkLayers(owner, layers);
  const names = namesOf(owner, layers);
  const run = (i: number, x: Tensor, scope: Scope): Tensor =>
    scope.run(layers[i], x, names[i], { place: `layer ${i + 1} (${names[i]})` });
  return {
    layers,
    names,
    descriptions: layers.map(({ type, options = {} }, i) => ({ type, name: names[i], options })),
    run,
    runInOrder: (x, scope) => layers.reduce((y, _, i) => run(i, y, scope), x),
  };
}

/** How they are exchanged, in a layer that is made of a list of them. */
export const innerOf = ({ layers, names }: Members, made: (layers: readonly Layer[]) => Layer): Inner => ({
  names,
  remade: (change) =>
    made(layers.map((layer, i) => change(names[i], layer as AnyLayer) as Layer)) as AnyLayer,
});

/** @throws TypeError where it is no list of layers: the commonest slips have words of their own */
function checkLayers(owner: string, layers: readonly unknown[]): void {
  if (!Array.isArray(layers))
    throw new TypeError(`${owner}: the layers are ${saidLayer(layers)}, expected a list: [relu()]`);
  // Not forEach: it passes over holes.
  for (const [i, layer] of layers.entries()) {
    if (isLayer(layer)) continue;
    const hint = Array.isArray(layer)
      ? "; layers stand one after the other, not in a list"
      : typeof layer === "function" && layer.name
        ? `: ${layer.name}(…)`
        : " such as relu()";
    throw new TypeError(`${owner}: layer ${i + 1} is ${said(layer)}, expected a layer${hint}`);
  }
}

const isLayer = (value: unknown): value is Layer => {
  const { type, forward } = (value ?? {}) as Partial<Layer>;
  return typeof type === "string" && typeof forward === "function";
};

const saidLayer = (value: unknown): string => (isLayer(value) ? `one layer, ${value.type}` : said(value));

function namesOf(owner: string, layers: readonly Layer[]): string[] {
  const counts = new Map<string, number>();
  const names = layers.map((layer) => {
    const { type, name } = layer;
    const kind = type.replace(/\dd$/, "");
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    // A network always has a name; that of a nameless one says nothing.
    const isNameless = name === undefined || (typeof layer === "function" && name === type);
    return isNameless ? `${kind}${number}` : name;
  });
  names.forEach((name, i) => {
    const first = names.indexOf(name);
    if (first !== i)
      throw new TypeError(`${owner}: layers ${first + 1} and ${i + 1} are both called ${name}`);
    if (name === "" || /[/.]/.test(name))
      throw new TypeError(`${owner}: layer ${i + 1} is called "${name}", expected a name without / and .`);
  });
  return names;
}
