/** One view, loaded when it is opened. */
import type { View } from "../rooms.js";
import { textRoomKeys } from "./keys.js";

export const textViews: readonly View[] = [
  {
    name: "",
    title: "A network that reads sentences",
    keys: textRoomKeys,
    component: { load: () => import("./Text.svelte") },
  },
];
