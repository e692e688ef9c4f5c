/** What lies where: places of a map over the words of a sentence, filters by their names in an address. */
import type { Seen } from "../../engine/tasks/text-asks.js";
import type { Place } from "../../views/word-maps.js";

/** What is pointed at. */
export type Pointed =
  | ({ readonly kind: "cell" } & Place)
  | { readonly kind: "word"; readonly word: number }
  | { readonly kind: "winner"; readonly from: number; readonly to: number };

/** What a filter's greatest value counts for the class that is asked about: nothing below 0. */
export function countsOf(seen: Seen, { map, filter }: { map: number; filter: number }): number {
  const feature = seen.maps.slice(0, map).reduce((sum, { filters }) => sum + filters, filter);
  const classes = seen.scores.length;
  return Math.max(0, seen.maps[map].greatest[filter]) * seen.weights[feature * classes + seen.target];
}

/** "3.5@2": window, filter, place, counted from 1. */
export const nameOf = ({ maps }: Seen, { map, filter, place }: Place): string =>
  `${maps[map].width}.${filter + 1}@${place + 1}`;

export function placeNamed({ maps }: Seen, name: string): Place | undefined {
  const [, width, filter, place] = (/^(\d+)\.(\d+)@(\d+)$/.exec(name) ?? []).map(Number);
  const map = maps.findIndex((one) => one.width === width);
  const isThere =
    map >= 0 && filter >= 1 && filter <= maps[map].filters && place >= 1 && place <= maps[map].places;
  return isThere ? { map, filter: filter - 1, place: place - 1 } : undefined;
}

/** Where the strongest filter of the strongest window stands. */
export function strongest(seen: Seen): Place {
  const [first] = seen.winners;
  const { window, filter } = first?.filters[0] ?? { window: seen.maps[0].width, filter: 0 };
  const map = seen.maps.findIndex(({ width }) => width === window);
  return { map, filter, place: seen.maps[map].at[filter] };
}
