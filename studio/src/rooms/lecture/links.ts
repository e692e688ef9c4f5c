/** Links to the steps of a path. */
import { look } from "../../state/look.svelte.js";
import type { Room } from "../rooms.js";
import { type Path, valuesAt } from "./paths.js";

/** @returns the step's address, with what the page keeps (theme, projector) and the step itself in it */
export function linkToStep(path: Path, index: number, rooms: readonly Room[]): string {
  const { room, view, values, page } = valuesAt(path.steps[index].to, rooms);
  return look.linkTo(room, view, values, { unit: "", ...page, path: `${path.name}.${index + 1}` });
}

/** @returns the short address of a step, which anybody can type: `#/lecture/pooling/2` */
export const shortLink = (path: Path, index: number): string =>
  path.deck ? linkToPath(path) : look.linkTo("lecture", path.view, { "": index + 1 }, { path: "", unit: "" });

export const linkToPath = (path: Path): string =>
  look.linkTo("lecture", path.view, path.deck ? { "": path.deck } : {}, { path: "", unit: "" });
