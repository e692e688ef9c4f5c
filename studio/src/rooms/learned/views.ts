/** The views of this room: questions to one network. Each is loaded when it is entered. */
import type { View } from "../rooms.js";
import { layerKeys, whyKeys } from "./keys.js";

export const learnedViews: readonly View[] = [
  {
    name: "filters",
    title: "Which filters did it learn?",
    keys: layerKeys,
    component: { load: () => import("./Filters.svelte") },
  },
  {
    name: "patches",
    title: "Which pictures excite a unit?",
    keys: layerKeys,
    component: { load: () => import("./PatchList.svelte") },
  },
  {
    name: "why",
    title: "Which pixels decided?",
    keys: whyKeys,
    component: { load: () => import("./Why.svelte") },
  },
];
