/** The layer that is being recorded, by which profiles name what it computes. */
let layer: string | undefined;

/** What is being recorded now, for profiles: the path of a layer (`block1/conv1`), `loss`, `conv1.filters, update`. */
export const layerNow = (): string | undefined => layer;

/** Records what `body` does as a part of this layer. */
export function inLayer<T>(path: string | undefined, body: () => T): T {
  const outer = layer;
  layer = path;
  try {
    return body();
  } finally {
    layer = outer;
  }
}
