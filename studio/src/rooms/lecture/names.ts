/** The chapters and the decks, as they stand in addresses. */
import { oneOf } from "../../state/keys.js";

export const chapterNames = [
  "why",
  "convolution",
  "pooling",
  "whole",
  "learning",
  "architectures",
  "learned",
  "applications",
] as const;
export type ChapterName = (typeof chapterNames)[number];

export const deckNames = ["A", "B", "C", "D", "E"] as const;
export type DeckName = (typeof deckNames)[number];

export const deckKey = oneOf(deckNames, "A");
