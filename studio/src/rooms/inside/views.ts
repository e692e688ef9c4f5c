/** The views of this room: the same network, the same unit. Each is loaded when it is entered. */
import type { View } from "../rooms.js";
import { insideKeys } from "./keys.js";

export const insideViews: readonly View[] = [
  {
    name: "flat",
    title: "Inside a network, layer by layer",
    keys: insideKeys,
    component: { load: () => import("./Flat.svelte") },
  },
  {
    name: "space",
    title: "Inside a network, as a room",
    keys: insideKeys,
    component: { load: () => import("./Space.svelte") },
  },
];
