/** The views of this room. Each is loaded when it is entered. */
import type { View } from "../rooms.js";
import { compareKeys, graphKeys, mapKeys } from "./keys.js";

export const networksViews: readonly View[] = [
  {
    name: "map",
    title: "Networks from 1998 to 2017",
    keys: mapKeys,
    component: { load: () => import("./Map.svelte") },
  },
  {
    name: "graph",
    title: "A network as a graph",
    keys: graphKeys,
    component: { load: () => import("./Graph.svelte") },
  },
  {
    name: "compare",
    title: "Two networks side by side",
    keys: compareKeys,
    component: { load: () => import("./Compare.svelte") },
  },
];
