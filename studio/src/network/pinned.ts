/** The one unit that is pinned, in all rooms: it stands in every address, as conv2.16@6,4, counted from 1. */
import type { UnitPlace } from "../engine/network/unit-answers.js";
import { look } from "../state/look.svelte.js";

export function placeIn(text: string): UnitPlace | undefined {
  const found = /^(.+)\.(\d{1,6})(?:@(\d{1,5}),(\d{1,5}))?$/.exec(text);
  if (!found) return undefined;
  const [unit, row, column] = found.slice(2).map((part) => (part === undefined ? 0 : Number(part) - 1));
  return unit < 0 || row < 0 || column < 0 ? undefined : { layer: found[1], unit, row, column };
}

/** @param isLine  of a line of numbers a unit has no place */
export const textOf = ({ layer, unit, row, column }: UnitPlace, isLine: boolean): string =>
  `${layer}.${unit + 1}${isLine ? "" : `@${row + 1},${column + 1}`}`;

export const pinned = {
  get place(): UnitPlace | undefined {
    return placeIn(look.page.unit);
  },
  pin(place: UnitPlace, isLine: boolean): void {
    look.setPage({ unit: textOf(place, isLine) });
  },
  free(): void {
    look.setPage({ unit: "" });
  },
};

/** "conv2 · 16 at 6, 4" */
export function unitName(text: string): string {
  const place = placeIn(text);
  if (!place) return text;
  return `${place.layer}·${place.unit + 1}${text.includes("@") ? ` at ${place.row + 1}, ${place.column + 1}` : ""}`;
}
