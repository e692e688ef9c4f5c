/** One view, loaded when it is opened. */
import type { View } from "../rooms.js";
import { rankRoomKeys } from "./keys.js";

export const rankViews: readonly View[] = [
  {
    name: "",
    title: "A network that ranks answers",
    keys: rankRoomKeys,
    component: { load: () => import("./Rank.svelte") },
  },
];
