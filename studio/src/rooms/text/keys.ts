/** What the addresses of this room hold. */
import { textMethods } from "../../engine/tasks/text-asks.js";
import type { ValuesOf } from "../../state/address.js";
import { oneOf, text } from "../../state/keys.js";

export const textRoomKeys = {
  s: text("the breakfast was not bad at all", 400),
  /** How words are asked what they count. */
  by: oneOf(textMethods, "winners"),
  /** The class that is asked about; that which is read where it is none of the classifier's. */
  class: text("", 80),
  /** The pinned filter and its place, as in 3.5@2: window, filter, place, counted from 1. */
  of: text("", 20),
};

export type TextValues = ValuesOf<typeof textRoomKeys>;
