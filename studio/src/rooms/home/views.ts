import type { View } from "../rooms.js";

/** Loaded where it is the first to be seen: a link into another room does without. */
export const homeViews: readonly View[] = [
  { name: "", title: "Home", keys: {}, component: { load: () => import("./Home.svelte") } },
];
