import type { View } from "../rooms.js";

export const homeViews: readonly View[] = [
  { name: "", title: "Home", keys: {}, component: { load: () => import("./Home.svelte") } },
];
