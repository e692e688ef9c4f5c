import type { AtHand } from "../../state/at-hand.svelte.js";
import { thumbnailOf } from "../../views/painted.js";
import type { Shown } from "./sources.svelte.js";

/** The picture of this room, as the bar shows it. */
export const pictureAtHand = (picture: Shown | undefined): AtHand[] =>
  picture
    ? [
        {
          name: "picture",
          text: picture.title,
          rows: thumbnailOf(picture),
          scale: picture.isInk ? "ink" : "picture",
          range: picture.isInk ? 1 : 255,
        },
      ]
    : [];
