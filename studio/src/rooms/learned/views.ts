/** The views of this room: questions to one network. They are loaded together when one of them is entered. */
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

const view = (name: keyof typeof import("./all.js"), title: string, keys: View["keys"]): View => ({
  name,
  title,
  keys,
  component: { load: async () => ({ default: (await import("./all.js"))[name] }) },
});

export const learnedViews: readonly View[] = [
  view("filters", "Which filters did it learn?", layerKeys),
  view("patches", "Which pictures excite a unit?", layerKeys),
  view("maximise", "What would excite it most?", maximiseKeys),
  view("why", "Which pixels decided?", whyKeys),
  view("hide", "What if I hide a part?", hideKeys),
  view("fool", "What fools it?", foolKeys),
  view("dream", "What does it dream?", dreamKeys),
  view("style", "In whose manner?", styleKeys),
  view("shift", "How far may it move?", shiftKeys),
  view("codes", "What lies near what?", codesKeys),
];
