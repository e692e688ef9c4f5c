/**
 * What is computed beside the network at hand, one file: each by itself would cut the library into more pieces, of which
 * the engine's worker needs most.
 */

import type { Kept } from "./history.js";
import { rules as looking } from "./looking-asks.js";
import { stepUnderMicroscope } from "./microscope.js";
import { classicOf, nearestOf } from "./nearest.js";
import { orderOf, setOf } from "./picture-sets.js";
import type { Rules } from "./protocol.js";
import type { Run } from "./run.js";
import type { Trainer } from "./trainer.js";

export { sent } from "./errand.js";

/** A step that was made alone, and what was before it. */
let made: { run: Run; before: Kept } | undefined;

/** What the trainer itself does not answer. */
export const rules = (trainer: Trainer): Rules => ({
  microscope: async (asked) => {
    const { run, kept } = await trainer.shown();
    if (run.still) throw new Error(run.still);
    return run.seenAt(kept.step, (shown) => stepUnderMicroscope(run, shown, kept, asked));
  },
  makeStep: async () => {
    made = await trainer.makeOne();
    return made.run.info;
  },
  takeBack: async () => {
    const { run } = await trainer.shown();
    if (run !== made?.run || run.step !== made.before.step + 1)
      throw new Error("There is no step that could be taken back: others have been made since.");
    await trainer.backTo(run, made.before);
    made = undefined;
    return run.info;
  },
  nearest: async ({ layer }) => {
    const { step, ...filters } = await looking(trainer).filters!({ layer });
    return { step, nearest: nearestOf(filters) };
  },
  kernels: async ({ size }) => classicOf(size),
  order: async ({ pixels, seed }) => orderOf(pixels, seed),
  pictures: async ({ name }) => {
    const { train, test } = await trainer.parts(name);
    return { train: setOf(train), test: setOf(test) };
  },
});
