/** Maps of filters over the words of a text: which words lie under a place, and which filters won at a word. */
import type { SeenMap } from "../engine/tasks/text-asks.js";

/** A number of a map. */
export interface Place {
  /** Which map, by its place among them. */
  readonly map: number;
  readonly place: number;
  readonly filter: number;
}

/** The words under a place: from ≤ i < to. What lies beyond the sentence is zeros. */
export function wordsUnder(
  { before, width }: SeenMap,
  place: number,
  words: number,
): [from: number, to: number] {
  const first = place - before;
  return [Math.max(0, first), Math.min(words, first + width)];
}

export const valueAt = ({ values, filters }: SeenMap, place: number, filter: number): number =>
  values[place * filters + filter];

/** Filters that found their greatest at windows that hold the word, by map. */
export const filtersAt = (
  { maps }: { readonly maps: readonly SeenMap[] },
  word: number,
  words: number,
): number[][] =>
  maps.map((map) =>
    Array.from(map.at, (place, filter) => ({ place, filter }))
      .filter(({ place }) => {
        const [from, to] = wordsUnder(map, place, words);
        return from <= word && word < to;
      })
      .map(({ filter }) => filter),
  );
