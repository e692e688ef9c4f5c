/** Counts of the networks on the map: computed when the site is built. */
import { mapped } from "../rooms/networks/facts.js";
import { described } from "./network-lessons.js";

export interface NetworkCounts {
  readonly params: number;
  readonly macs: number;
  /** Layers with weights, as papers count them: convolutions and fully connected ones. */
  readonly deep: number;
  readonly input: string;
  /** Edge of what a unit of the last convolution or pooling sees, in pixels; null for all of the picture. */
  readonly field: number | null;
}

export function tableOfNetworks(): Record<string, NetworkCounts> {
  return Object.fromEntries(
    mapped.map(({ name }) => {
      const { params, macs, layers, input } = described(name);
      const fields = layers
        .map(({ receptiveField }) => receptiveField)
        .filter((field) => typeof field === "number");
      const deep = layers.filter(
        ({ type, name: path }) => /^(conv2d|partialConv2d|dense)$/.test(type) && !path.includes("/shortcut/"),
      ).length;
      return [name, { params, macs, deep, input, field: (fields.at(-1) as number | undefined) ?? null }];
    }),
  );
}
