/** What the addresses of this room hold; the pinned unit is every room's (`unit`). */
import { text, wholeNumber } from "../../state/keys.js";

const pictureKeys = { draw: text("", 600), test: wholeNumber(7, 0, 1_000_000) };

export const layerKeys = {
  ...pictureKeys,
  /** The first that has filters where none is named. */
  layer: text("", 60),
};

export const whyKeys = {
  ...pictureKeys,
  /** Counted from 1; 0 is the class that is read. */
  class: wholeNumber(0, 0, 10_000),
};
