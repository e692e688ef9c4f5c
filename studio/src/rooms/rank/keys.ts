/** What the addresses of this room hold. */
import { candidateSources, countings } from "../../engine/tasks/rank-asks.js";
import type { ValuesOf } from "../../state/address.js";
import { oneOf, text, wholeNumber } from "../../state/keys.js";

export const rankRoomKeys = {
  s: text("When was the market hall of Dunmere built ?", 400),
  /** Which sentences are ranked. */
  from: oneOf(candidateSources, "question"),
  /** One's own, a line each. */
  lines: text("", 1200),
  /** What is counted beside the words, and the network is given. */
  counts: oneOf(countings, "all"),
  /** The candidate that is looked at, by its place among them; 0 for the best. */
  c: wholeNumber(0, 0, 9999),
  /** The pinned filter and its place, as in q.5@2: question or sentence, filter, place, counted from 1. */
  of: text("", 20),
};

export type RankValues = ValuesOf<typeof rankRoomKeys>;
