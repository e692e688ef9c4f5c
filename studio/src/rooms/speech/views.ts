/** One view, loaded when it is opened. */
import type { View } from "../rooms.js";
import { speechKeys } from "./keys.js";

export const speechViews: readonly View[] = [
  {
    name: "",
    title: "A network that hears digits",
    keys: speechKeys,
    component: { load: () => import("./Speech.svelte") },
  },
];
