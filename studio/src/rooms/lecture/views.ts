/** The views of this room: a chapter each, and the decks. Steps lie in the other rooms; `Guide.svelte` goes along. */
import { wholeNumber } from "../../state/keys.js";
import type { View } from "../rooms.js";
import { chapterNames, deckKey } from "./names.js";

const step = { "": wholeNumber(0, 0, 99) };
const part = (name: "Path" | "Paths") => ({
  load: async () => ({ default: (await import("./all.js"))[name] }),
});
const component = part("Path");

export const lectureViews: readonly View[] = [
  { name: "paths", title: "Paths through the lectures", keys: {}, component: part("Paths") },
  ...chapterNames.map((name) => ({ name, title: `Lecture: ${name}`, keys: step, component })),
  { name: "deck", title: "Lecture: a deck, slide by slide", keys: { "": deckKey }, component },
];
