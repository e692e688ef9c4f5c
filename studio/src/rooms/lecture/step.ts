/** What a step of a path is: an address of another room, what there is to see, and one thing to do. */
import type { Done } from "./done.js";
import type { DeckName } from "./names.js";

/** Where in a deck: its place, by which a deck's path is in order, and how the slide is called there. */
export type Slide = readonly [place: number, title: string];

export interface Step {
  readonly title: string;
  /** What there is to see, in at most 80 words. */
  readonly says: string;
  /** One thing to do. */
  readonly todo: string;
  /** The address of a view. A step whose view is not there is left out of all paths until it is. */
  readonly to: string;
  readonly slides: Readonly<Partial<Record<DeckName, Slide>>>;
  /** When it is done; where it is left out, when something of the view was changed or pinned. */
  readonly done?: Done;
  /** In the paths of decks alone: a chapter has another step that shows the same. */
  readonly isOfDecks?: boolean;
}
