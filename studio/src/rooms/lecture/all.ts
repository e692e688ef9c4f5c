/** All of this room, and what is shared with a class, as one file to load: many small names weigh on the shell. */
export { default as Share } from "../../share/Share.svelte";
export { default as Guide } from "./Guide.svelte";
export { default as Path } from "./Path.svelte";
export { default as Paths } from "./Paths.svelte";
