import type { AnyLayer, Layer } from "./layer.js";
import { sequential } from "./sequential.js";

/** A layer under another name, by which it is found whatever stands around it. */
export function called(name: string, layer: AnyLayer): AnyLayer {
  if (layer.name === name) return layer;
  // It stays one whose layers can be seen.
  if (layer.type === "sequential" && "layers" in layer)
    return sequential(name, ...(layer.layers as Layer[])) as AnyLayer;
  return {
    type: layer.type,
    name,
    options: layer.options,
    forward: (x, scope) => layer.forward(x, scope),
    macs: layer.macs && ((x, y) => layer.macs!(x, y)),
    inner: layer.inner,
    sees: layer.sees && ((x) => layer.sees!(x)),
  };
}
