import type { View } from "../rooms.js";
import { graftKeys, shuffledKeys, stepKeys, trainKeys } from "./keys.js";

/** Loaded when they are opened: Convolve does without. */
export const trainViews: readonly View[] = [
  {
    name: "",
    title: "Train a network",
    keys: trainKeys,
    component: { load: () => import("./Train.svelte") },
  },
  {
    name: "step",
    title: "One step under the microscope",
    keys: stepKeys,
    component: { load: () => import("./microscope/Microscope.svelte") },
  },
  {
    name: "shuffled",
    title: "Shuffled pixels",
    keys: shuffledKeys,
    component: { load: () => import("./trials/Shuffled.svelte") },
  },
  {
    name: "graft",
    title: "Kernels grafted into a network",
    keys: graftKeys,
    component: { load: () => import("./trials/Graft.svelte") },
  },
];
