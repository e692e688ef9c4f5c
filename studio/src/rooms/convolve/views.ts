/** The views of this room, in the order of the lectures. The first is there with the shell, the others come together. */
import type { View } from "../rooms.js";
import Forward from "./Forward.svelte";
import {
  activateKeys,
  backpoolKeys,
  backwardKeys,
  channelsKeys,
  forwardKeys,
  learnKeys,
  poolKeys,
  shareKeys,
  textKeys,
  upsampleKeys,
} from "./keys.js";

const more = (name: keyof typeof import("./more.js")) => ({
  load: async () => ({ default: (await import("./more.js"))[name] }),
});

export const convolveViews: readonly View[] = [
  { name: "forward", title: "A filter over a picture", keys: forwardKeys, component: Forward },
  {
    name: "channels",
    title: "A filter over three channels",
    keys: channelsKeys,
    component: more("Channels"),
  },
  { name: "pool", title: "Pooling", keys: poolKeys, component: more("Pool") },
  { name: "share", title: "Shared weights: 576, 144, 9", keys: shareKeys, component: more("Share") },
  { name: "activate", title: "Activation functions", keys: activateKeys, component: more("Activate") },
  {
    name: "backward",
    title: "Backpropagation through a convolution",
    keys: backwardKeys,
    component: more("Backward"),
  },
  {
    name: "backpool",
    title: "Backpropagation through max pooling",
    keys: backpoolKeys,
    component: more("Backpool"),
  },
  { name: "upsample", title: "Unpooling with switches", keys: upsampleKeys, component: more("Upsample") },
  // Its steps are learned in the worker: it waits for more than its own file.
  {
    name: "learn",
    title: "Learning a filter",
    keys: learnKeys,
    component: { load: () => import("./Learn.svelte") },
  },
  { name: "text", title: "A filter over a sentence", keys: textKeys, component: more("Text") },
];
