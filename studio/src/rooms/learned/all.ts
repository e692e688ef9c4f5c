/** The views by their names. */

export { default as codes } from "./Codes.svelte";
export { default as dream } from "./Dream.svelte";
export { default as filters } from "./Filters.svelte";
export { default as fool } from "./Fool.svelte";
export { default as hide } from "./Hide.svelte";
export { default as maximise } from "./Maximise.svelte";
export { default as patches } from "./PatchList.svelte";
export { default as shift } from "./Shift.svelte";
export { default as style } from "./Style.svelte";
export { default as why } from "./Why.svelte";
