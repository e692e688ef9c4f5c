/** The views of this room, in the order of the lectures. */
import type { View } from "../rooms.js";
import Activate from "./Activate.svelte";
import Backpool from "./Backpool.svelte";
import Backward from "./Backward.svelte";
import Channels from "./Channels.svelte";
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
import Pool from "./Pool.svelte";
import Share from "./Share.svelte";
import Text from "./Text.svelte";
import Upsample from "./Upsample.svelte";

export const convolveViews: readonly View[] = [
  { name: "forward", title: "A filter over a picture", keys: forwardKeys, component: Forward },
  { name: "channels", title: "A filter over three channels", keys: channelsKeys, component: Channels },
  { name: "pool", title: "Pooling", keys: poolKeys, component: Pool },
  { name: "share", title: "Shared weights: 576, 144, 9", keys: shareKeys, component: Share },
  { name: "activate", title: "Activation functions", keys: activateKeys, component: Activate },
  {
    name: "backward",
    title: "Backpropagation through a convolution",
    keys: backwardKeys,
    component: Backward,
  },
  { name: "backpool", title: "Backpropagation through max pooling", keys: backpoolKeys, component: Backpool },
  { name: "upsample", title: "Unpooling with switches", keys: upsampleKeys, component: Upsample },
  // Its steps are learned in the worker: it waits for more than its own file.
  {
    name: "learn",
    title: "Learning a filter",
    keys: learnKeys,
    component: { load: () => import("./Learn.svelte") },
  },
  { name: "text", title: "A filter over a sentence", keys: textKeys, component: Text },
];
