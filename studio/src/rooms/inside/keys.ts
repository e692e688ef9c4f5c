/** What the addresses of this room hold; the pinned unit is every room's (`unit`). */
import type { ValuesOf } from "../../state/address.js";
import { flag, text, wholeNumber } from "../../state/keys.js";

export const insideKeys = {
  /** A drawing as packed pixels; a test picture by its number where there is none. */
  draw: text("", 600),
  test: wholeNumber(47, 0, 1_000_000),
  /** Of a training that is here; 0 is the newest. */
  step: wholeNumber(0, 0, 1e9),
  /** Each map has a range of colours of its own. */
  each: flag,
  /** The map whose products are written out, counted from 1; 0 is the one that counts most. */
  map: wholeNumber(0, 0, 100_000),
};

export type InsideValues = ValuesOf<typeof insideKeys>;
