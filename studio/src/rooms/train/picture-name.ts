/** What the picture at hand is called. */
import { picture } from "../../network/picture.svelte.js";

export const pictureName = (classes: readonly string[]): string =>
  picture.test === undefined
    ? "your drawing"
    : `test picture ${picture.test}${picture.truth === undefined || !classes[picture.truth] ? "" : `, a ${classes[picture.truth]}`}`;
