import type { View } from "../rooms.js";
import Home from "./Home.svelte";

export const homeViews: readonly View[] = [{ name: "", title: "Home", keys: {}, component: Home }];
