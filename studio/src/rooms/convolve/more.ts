/** The views beside the first, one file: they share most of what they are made of. */
export { default as Activate } from "./Activate.svelte";
export { default as Backpool } from "./Backpool.svelte";
export { default as Backward } from "./Backward.svelte";
export { default as Channels } from "./Channels.svelte";
export { default as Pool } from "./Pool.svelte";
export { default as Share } from "./Share.svelte";
export { default as Text } from "./Text.svelte";
export { default as Upsample } from "./Upsample.svelte";
