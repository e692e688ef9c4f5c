import { flag, names, oneOf, text } from "./keys.js";

/** Keys that every view has; they stand behind its own. */
export const pageKeys = {
  present: flag,
  embed: flag,
  hide: names(),
  theme: oneOf(["system", "light", "dark"], "system"),
  /** The pinned unit of the network at hand, in all rooms (`network/pinned.ts`). */
  unit: text("", 80),
  /** The step of a path that is walked (`rooms/lecture/steps.ts`): "pooling.2". */
  path: text("", 20),
};
