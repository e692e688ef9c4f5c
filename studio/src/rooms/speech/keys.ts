/** What the addresses of this room hold. Sounds of one's own are in no address. */
import type { ValuesOf } from "../../state/address.js";
import { flag, text, wholeNumber } from "../../state/keys.js";

export const speechKeys = {
  /** Digits that one of the voices says. */
  say: text("three one four", 80),
  voice: wholeNumber(1, 1, 3),
  /** All frequencies evenly, and not what the network hears of them. */
  all: flag,
  /** The filter whose map is shown large, counted from 1. */
  map: wholeNumber(4, 1, 1000),
};

export type SpeechValues = ValuesOf<typeof speechKeys>;
