import type { View } from "../rooms.js";
import { trainKeys } from "./keys.js";

/** Loaded when it is opened: Convolve does without. */
export const trainViews: readonly View[] = [
  {
    name: "",
    title: "Train a network",
    keys: trainKeys,
    component: { load: () => import("./Train.svelte") },
  },
];
