/** What lies where in a question and a sentence: maps as the room Text has them, filters by their names in an address. */
import type { PairFilters, PairSeen, RankerInfo, SeenPassage } from "../../engine/tasks/rank-asks.js";
import type { SeenMap } from "../../engine/tasks/text-asks.js";
import { wordsUnder } from "../../views/word-maps.js";

export const sides = ["question", "candidate"] as const;
export type Side = (typeof sides)[number];

/** What is pointed at, in one of both. */
export type Pointed =
  | { readonly side: Side; readonly kind: "cell"; readonly place: number; readonly filter: number }
  | { readonly side: Side; readonly kind: "word"; readonly word: number }
  | { readonly side: Side; readonly kind: "winner"; readonly from: number; readonly to: number };

export interface Pinned {
  readonly side: Side;
  readonly filter: number;
  readonly place: number;
}

type Read = NonNullable<SeenPassage["read"]>;

export const mapOf = ({ window, before, places, filters, values, greatest, at }: Read): SeenMap => ({
  width: window,
  before,
  places,
  filters,
  values,
  greatest,
  at,
});

/** "q.5@2", "s.5@2": question or sentence, filter, place, counted from 1. */
export const nameOf = ({ side, filter, place }: Pinned): string =>
  `${side === "question" ? "q" : "s"}.${filter + 1}@${place + 1}`;

export function pinnedBy(seen: PairSeen, name: string): Pinned | undefined {
  const [, letter, filter, place] = /^([qs])\.(\d+)@(\d+)$/.exec(name) ?? [];
  const side = letter === "q" ? "question" : "candidate";
  const read = letter && seen[side].read;
  if (!read) return undefined;
  const [k, p] = [Number(filter) - 1, Number(place) - 1];
  return k >= 0 && k < read.filters && p >= 0 && p < read.places ? { side, filter: k, place: p } : undefined;
}

/** Words in which filters found their greatest, and what these count for the score. */
export interface Window {
  readonly side: Side;
  readonly from: number;
  readonly to: number;
  readonly filters: readonly number[];
  readonly part: number;
}

/** Of both texts, what did most for the score or against it first. */
export function windowsOf(seen: PairSeen): Window[] {
  const found = sides.flatMap((side) => {
    const { read, words } = seen[side];
    if (!read) return [];
    const map = mapOf(read);
    const windows = new Map<string, Window>();
    read.parts.forEach((part, filter) => {
      if (part === 0) return;
      const [from, to] = wordsUnder(map, read.at[filter], words.length);
      const one = windows.get(`${from} ${to}`) ?? { side, from, to, filters: [], part: 0 };
      windows.set(`${from} ${to}`, { ...one, filters: [...one.filters, filter], part: one.part + part });
    });
    return [...windows.values()];
  });
  return found.sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
}

/** The filter that did most. */
export function strongest(seen: PairSeen): Pinned | undefined {
  let best: (Pinned & { size: number }) | undefined;
  for (const side of sides) {
    const { read } = seen[side];
    read?.parts.forEach((part, filter) => {
      const size = Math.abs(part);
      if (!best || size > best.size) best = { side, filter, place: read.at[filter], size };
    });
  }
  return best;
}

/** Whether what was seen is of this ranker: after another one was taken an answer of the former may still be there. */
export function fits(seen: PairSeen, { filters }: RankerInfo): boolean {
  const isOf = ({ read }: SeenPassage, own: PairFilters | undefined) =>
    read?.filters === own?.filters && read?.window === own?.width;
  return isOf(seen.question, filters?.question) && isOf(seen.candidate, filters?.candidate);
}
