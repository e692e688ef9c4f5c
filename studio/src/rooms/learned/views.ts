/** The views of this room: questions to one network. Each is loaded when it is entered, what they share with the first. */
import type { View } from "../rooms.js";
import {
  codesKeys,
  dreamKeys,
  foolKeys,
  hideKeys,
  layerKeys,
  maximiseKeys,
  shiftKeys,
  styleKeys,
  whyKeys,
} from "./keys.js";

const view = (
  name: string,
  title: string,
  keys: View["keys"],
  load: Extract<View["component"], { load: unknown }>["load"],
): View => ({ name, title, keys, component: { load } });

export const learnedViews: readonly View[] = [
  view("filters", "Which filters did it learn?", layerKeys, () => import("./Filters.svelte")),
  view("patches", "Which pictures excite a unit?", layerKeys, () => import("./PatchList.svelte")),
  view("maximise", "What would excite it most?", maximiseKeys, () => import("./Maximise.svelte")),
  view("why", "Which pixels decided?", whyKeys, () => import("./Why.svelte")),
  view("hide", "What if I hide a part?", hideKeys, () => import("./Hide.svelte")),
  view("fool", "What fools it?", foolKeys, () => import("./Fool.svelte")),
  view("dream", "What does it dream?", dreamKeys, () => import("./Dream.svelte")),
  view("style", "In whose manner?", styleKeys, () => import("./Style.svelte")),
  view("shift", "How far may it move?", shiftKeys, () => import("./Shift.svelte")),
  view("codes", "What lies near what?", codesKeys, () => import("./Codes.svelte")),
];
