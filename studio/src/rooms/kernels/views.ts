/** The views of this room, in the order of the lectures. Each is loaded when it is entered. */
import type { View } from "../rooms.js";
import { edgesKeys, filterKeys, hogKeys, pixelsKeys, pointsKeys, templateKeys } from "./keys.js";

export const kernelsViews: readonly View[] = [
  {
    name: "pixels",
    title: "A picture is numbers",
    keys: pixelsKeys,
    component: { load: () => import("./Pixels.svelte") },
  },
  {
    name: "filter",
    title: "A kernel over a photograph",
    keys: filterKeys,
    component: { load: () => import("./Filter.svelte") },
  },
  {
    name: "template",
    title: "Template matching",
    keys: templateKeys,
    component: { load: () => import("./Template.svelte") },
  },
  {
    name: "edges",
    title: "Edges: Sobel, Robinson, Canny",
    keys: edgesKeys,
    component: { load: () => import("./Edges.svelte") },
  },
  {
    name: "hog",
    title: "Histograms of oriented gradients",
    keys: hogKeys,
    component: { load: () => import("./Hog.svelte") },
  },
  {
    name: "sift",
    title: "SIFT: places found again",
    keys: pointsKeys,
    component: { load: () => import("./Sift.svelte") },
  },
  {
    name: "surf",
    title: "SURF: places found again, by boxes",
    keys: pointsKeys,
    component: { load: () => import("./Surf.svelte") },
  },
];
