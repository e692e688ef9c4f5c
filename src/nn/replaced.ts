import { optionsOf } from "../door/options.js";
import { wholeNumber } from "../door/rules.js";
import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";
import { sameShape } from "../tensor/shapes.js";
import { called } from "./called.js";
import { type Graph, graph } from "./graph.js";
import type { AnyLayer, Layer } from "./layer.js";
import type { AnyNetwork, Model } from "./model.js";
import { sequential } from "./sequential.js";

/**
 * The same network with other layers in some places, and all else as it was learned. So a network that knows a thousand
 * things learns five others:
 *
 *     const base = models.resnet("resnet18");
 *     await loadWeights(base, "resnet18.safetensors");
 *     const model = await nn.replaced(base, { dense1: nn.dense(5) });
 *     for await (const event of fit(model, flowers, { loss, optimizer, epochs: 5, trained: "dense1" })) …
 *
 * @param layers      by the path of the layer whose place they take, at any depth of sequentials, graphs, residual and dense
 *     blocks, branches and auxiliary heads
 * @param given.seed  of the new layers' weights, and of those behind them that are of another shape now; 0 if left out
 * @returns           a network of its own: the old one keeps its weights; not built where that is not
 * @throws TypeError where there is no such layer, or it stands inside a layer of another kind
 */
export async function replaced<N extends AnyNetwork>(
  network: N,
  layers: { readonly [path: string]: AnyLayer },
  given: { seed?: number } = {},
): Promise<N> {
  const { seed } = optionsOf("replaced", given, { seed: wholeNumber });
  if (typeof network !== "function" || typeof layers !== "object" || layers === null)
    throw new TypeError(
      `replaced: there are ${said(network)} and ${said(layers)}, expected a network, and layers by the paths of those whose place they take`,
    );
  const paths = Object.keys(layers);
  const changed = paths.reduce<AnyLayer>(
    (whole, path) => exchanged(network, whole, path.split("/"), path, layers[path]),
    network as unknown as AnyLayer,
  ) as unknown as N;
  if (!network.inputShape) return changed;
  changed.build(network.inputShape, { seed });
  const isNew = (path: string) => paths.some((at) => path.startsWith(`${at}.`) || path.startsWith(`${at}/`));
  for (const kind of ["parameters", "buffers"] as const)
    for (const [path, variable] of changed[kind]) {
      const learned = network[kind].get(path);
      if (learned && !isNew(path) && sameShape(learned.shape, variable.shape))
        variable.set(await learned.read());
    }
  return changed;
}

function exchanged(
  owner: AnyNetwork,
  holder: AnyLayer,
  [name, ...inner]: readonly string[],
  path: string,
  layer: AnyLayer,
): AnyLayer {
  const within = (old: AnyLayer) =>
    called(name, inner.length === 0 ? layer : exchanged(owner, old, inner, path, layer));
  const missing = (names: readonly string[]) =>
    new TypeError(
      `replaced: ${owner.name} has no layer "${path}"; there are ${names.join(", ")}${suggestion(name, names)}`,
    );
  if (isGraph(holder)) {
    const names = holder.nodes.map((node) => node.name);
    if (!names.includes(name)) throw missing(names);
    const nodes = holder.options.nodes.map((node, i) => ({
      name: node.name,
      // What shared the old layer has it still.
      layer: node.name === name ? within(holder.nodes[i].layer as AnyLayer) : holder.nodes[i].layer,
      from: node.from,
    }));
    return graph(holder.name, { ...holder.options, nodes }) as unknown as AnyLayer;
  }
  if (isSequential(holder)) {
    const { layerNames } = holder;
    if (!layerNames.includes(name)) throw missing(layerNames);
    const all = holder.layers.map((old, i) =>
      layerNames[i] === name ? within(old as AnyLayer) : called(layerNames[i], old as AnyLayer),
    );
    return sequential(holder.name, ...(all as Layer[])) as unknown as AnyLayer;
  }
  const { inner: inside } = holder;
  if (inside) {
    if (!inside.names.includes(name)) throw missing(inside.names);
    return inside.remade((other, old) => (other === name ? within(old) : called(other, old)));
  }
  throw new TypeError(
    `replaced: ${path} of ${owner.name} stands in a layer of type ${holder.type}; layers of sequential, graph, residual, branches, denseBlock and auxiliary can be replaced`,
  );
}

const isGraph = (layer: AnyLayer): layer is AnyLayer & Graph => layer.type === "graph" && "nodes" in layer;
const isSequential = (layer: AnyLayer): layer is AnyLayer & Model =>
  layer.type === "sequential" && "layers" in layer;
