/** A run that stands still after a step: that at hand, or one that is trained up to there. */
import { onMount, untrack } from "svelte";
import { engine } from "../../../engine/client.svelte.js";
import type { MicroscopeAnswer } from "../../../engine/network/step-answers.js";
import { session } from "../../../network/session.svelte.js";
import type { Settings } from "../../../network/settings.js";
import type { Key } from "../../../state/address.js";
import { did } from "../../../state/deeds.js";
import { look } from "../../../state/look.svelte.js";
import { settingsOf, type TrainValues, trainKeys, valuesOf } from "../keys.js";
import { stepWords as words } from "./words.js";

/** What a run is made of: another of these is another run. */
const madeOf = ({ net, data, optimizer, batch, seed }: Settings) =>
  JSON.stringify([net, data, optimizer, batch, seed]);

/** `conv1.filters@3,2,1,4`, counted from 1. */
export function weightIn(text: string): { path: string; place: number[] } {
  const [path, at = ""] = text.split("@");
  const place = at.split(",").filter(Boolean).map(Number);
  return { path, place: place.every((k) => Number.isInteger(k) && k > 0) ? place.map((k) => k - 1) : [] };
}

export const weightText = (path: string, place: readonly number[]): string =>
  `${path}@${place.map((k) => k + 1).join(",")}`;

export class Frozen {
  /** The step that would be made, and of one that was made alone what it came to. */
  answer = $state.raw<MicroscopeAnswer>();
  made = $state.raw<{ readonly now: number }>();
  /** A step was taken back, and the weight is what it had been. */
  isBack = $state(false);
  trouble = $state("");
  waiting = $state<string>(words.preparing);
  isBusy = $state(false);
  #isHere = $state(false);
  /** Between two steps it is not asked again. */
  #isMaking = $state(false);
  #isLeft = false;
  #isOnItsWay = false;
  #asked = 0;

  /** To be made where a view is made. */
  constructor() {
    onMount(() => {
      void this.#within(() => this.#arrive());
      return () => {
        this.#isLeft = true;
        // What it trains on its way to a step is nobody's training.
        if (this.#isOnItsWay) void session.pause().catch(() => {});
      };
    });
    // Back, and what is undone, lead to other steps.
    $effect(() => {
      const { at } = look.values as { at: number };
      if (untrack(() => this.#isStill && at !== session.at)) untrack(() => void this.go(at));
    });
    $effect(() => {
      const { w } = look.values as { w: string };
      void [session.at, session.info?.id];
      if (this.#isHere && !session.isTraining && !this.#isMaking && !this.made)
        untrack(() => void this.#ask(w));
    });
  }

  get #isStill(): boolean {
    return this.#isHere && !session.isTraining && !this.isBusy && !this.made;
  }

  get isReady(): boolean {
    return this.#isHere && !session.isTraining && !this.isBusy && this.answer !== undefined;
  }

  async #arrive(): Promise<void> {
    const values = look.values as unknown as TrainValues & { at: number };
    const { info } = session;
    const own = info && !info.isShipped && !info.still ? info : undefined;
    const isBare = Object.entries(trainKeys).every(
      ([name, key]: [string, Key<unknown>]) =>
        name === "tab" || key.write(look.values[name]) === key.write(key.standard),
    );
    if (session.isTraining) await session.pause();
    const isSame = own && (isBare || madeOf(own.settings) === madeOf(settingsOf(values)));
    let { at } = values;
    if (!isSame) {
      await session.prepare(values.data);
      if (this.#isLeft) return;
      await session.begin(settingsOf(values));
      if (this.#isLeft) return;
    }
    if (at > session.step) {
      this.waiting = words.training(at);
      at = await this.#trainTo(at);
    }
    if (this.#isLeft) return;
    await this.#show(at);
    look.set({ ...valuesOf(session.info!.settings), at: this.answer?.step ?? at });
    this.#isHere = true;
  }

  async #trainTo(step: number): Promise<number> {
    const { speed } = session;
    session.speed = "all";
    try {
      // From the newest step: from an earlier one another run would begin.
      if (session.at < session.step) await session.show(session.step);
      if (this.#isLeft) return session.step;
      this.#isOnItsWay = true;
      await session.play(step - session.step);
      while (session.isTraining && !this.#isLeft) await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      this.#isOnItsWay = false;
      session.speed = speed;
    }
    if (session.failure) throw new Error(session.failure);
    return session.step;
  }

  async #show(at: number): Promise<void> {
    const kept = session.kept.reduce(
      (best, one) => (Math.abs(one - at) < Math.abs(best - at) ? one : best),
      0,
    );
    if (kept !== at && session.kept.length > 0 && at !== session.step) this.trouble = words.notKept(at, kept);
    await session.show(at === session.step ? at : kept);
  }

  async #ask(w: string): Promise<void> {
    const asked = ++this.#asked;
    try {
      const answer = await engine.request("microscope", weightIn(w));
      if (asked !== this.#asked) return;
      this.answer = answer;
    } catch (error) {
      if (asked === this.#asked) this.trouble = (error as Error).message;
    }
  }

  /** Makes the step; what came of it is read from the network, and not from what was foreseen. */
  make = (): Promise<void> =>
    this.#within(async () => {
      const { path, place } = this.answer!.weight;
      this.#isMaking = true;
      this.isBack = false;
      this.#asked++;
      await session.makeStep();
      if (session.failure) throw new Error(session.failure);
      const after = await engine.request("microscope", { path, place });
      this.made = { now: after.weight.before };
    });

  takeBack = (): Promise<void> =>
    this.#within(async () => {
      const { path, place } = this.answer!.weight;
      this.#isMaking = true;
      await session.takeBack();
      this.answer = await engine.request("microscope", { path, place });
      this.made = undefined;
      this.isBack = true;
      did("taken back");
    });

  /** The step after the one that was made; or one that was made before. */
  go = (to: number): Promise<void> =>
    this.#within(async () => {
      this.#isMaking = true;
      this.trouble = "";
      if (to > session.step) await this.#trainTo(to);
      else await this.#show(to);
      this.made = undefined;
      this.isBack = false;
      look.set({ at: session.at });
    });

  /** The step before that is kept. */
  back = (): Promise<void> => this.go(session.kept.findLast((step) => step < session.at) ?? 0);

  choose = async (path: string, place: readonly number[]): Promise<void> => {
    this.isBack = false;
    look.set({ w: weightText(path, place) }, { isEdit: true });
    // What was made is past: the next step is looked at.
    if (this.made) await this.go(session.step);
  };

  async #within(act: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await act();
    } catch (error) {
      this.trouble = (error as Error).message;
    } finally {
      this.isBusy = false;
      this.#isMaking = false;
    }
  }
}
