/** What all views of this room need: a network, a picture, an address that follows both. */
import { onMount, untrack } from "svelte";
import { engine } from "../../engine/client.svelte.js";
import type { AskKind, Asks } from "../../engine/network/protocol.js";
import { newest } from "../../engine/newest.js";
import { arrive, follow, type PictureKeys } from "../../network/arrive.js";
import { picture } from "../../network/picture.svelte.js";
import { session } from "../../network/session.svelte.js";
import NetworkBar from "../../shell/NetworkBar.svelte";
import { atHand, holds } from "../../state/at-hand.svelte.js";
import { look } from "../../state/look.svelte.js";
import { pictureName } from "../train/picture-name.js";

/** To be made where a view is made. */
export class Arrival {
  trouble = $state("");
  isHere = $state(false);
  #isLeft = false;

  constructor() {
    atHand.network = NetworkBar;
    onMount(() => {
      void session.watch({ maps: 0, filters: false }).catch(() => {});
      return () => {
        this.#isLeft = true;
      };
    });
    $effect(() => {
      const { draw, test } = look.values as unknown as PictureKeys;
      untrack(() => this.#to({ draw, test }));
    });
    holds(() =>
      picture.shape[2] === 1 && this.isHere
        ? [
            {
              name: "picture",
              text: pictureName(session.network?.classes ?? []),
              rows: Array.from({ length: picture.shape[0] }, (_, i) =>
                Array.from(
                  picture.pixels.subarray(i * picture.shape[1], (i + 1) * picture.shape[1]),
                  (value) => value / 255,
                ),
              ),
            },
          ]
        : [],
    );
  }

  async #to(wanted: PictureKeys): Promise<void> {
    if (this.isHere) return follow(wanted);
    try {
      const shown = await arrive(wanted);
      if (this.#isLeft) return;
      this.isHere = true;
      if (shown.draw !== wanted.draw || shown.test !== wanted.test) look.set({ ...shown });
    } catch (error) {
      this.trouble = (error as Error).message;
    }
  }

  /** A network that learns changes with every step: what takes long waits until it rests. */
  get isResting(): boolean {
    return this.isHere && !session.isTraining && session.phase !== "preparing";
  }

  /**
   * The layer that the address names, the usual one where it names none. A name that is none of those `offered` leaves the
   * address, with the quiet line. To be called where a view is made.
   */
  layer(offered: () => readonly string[], usual: () => string): { readonly name: string } {
    const asked = () => look.values.layer as string;
    const isStrange = () => asked() !== "" && this.isResting && !offered().includes(asked());
    $effect(() => {
      if (isStrange()) untrack(() => look.refuse("layer"));
    });
    return {
      get name() {
        return isStrange() ? usual() : asked() || usual();
      },
    };
  }

  /** Layers that have filters, in their order. */
  get filtering(): readonly string[] {
    return (session.network?.layers ?? []).filter(({ type }) => type === "conv2d").map(({ name }) => name);
  }
}

/** What the picture at hand is called in a sentence: "your drawing", "this 7". */
export const pictureWords = (classes: readonly string[]): string =>
  picture.isDrawn
    ? "your drawing"
    : picture.truth !== undefined && classes[picture.truth]
      ? `this ${classes[picture.truth]}`
      : pictureName(classes);

/** A request that follows a pointer: while one answer is on its way only the newest question waits. */
export class Newest<K extends AskKind> {
  answer = $state.raw<Asks[K]["answer"]>();
  failure = $state("");
  /** Asks, or forgets what waits where there is nothing to ask. */
  readonly ask: (asked: Asks[K]["asked"] | undefined) => void;

  /** To be made where a view is made. */
  constructor(kind: K) {
    this.ask = newest(
      (asked: Asks[K]["asked"]) => engine.request(kind, asked),
      (answer: Asks[K]["answer"]) => {
        this.answer = answer;
        this.failure = "";
      },
      (message) => {
        this.failure = message;
      },
    );
    $effect(() => () => this.ask(undefined));
  }
}

/** A request that takes long: asked a moment after what it asks has changed; answers that nobody wants any more are passed over. */
export class Later<K extends AskKind> {
  /** The newest answer, and what was asked. */
  found = $state.raw<{ asked: Asks[K]["asked"]; answer: Asks[K]["answer"] }>();
  failure = $state("");

  /**
   * To be made where a view is made.
   * @param question  what is to be asked, undefined for nothing; asked again whenever what it reads changes
   * @param delay     in ms
   */
  constructor(kind: K, question: () => Asks[K]["asked"] | undefined, delay: number) {
    $effect(() => {
      const asked = question();
      if (asked === undefined) return;
      let isWanted = true;
      const timer = setTimeout(() => {
        engine.request(kind, asked).then(
          (answer) => {
            if (!isWanted) return;
            this.found = { asked, answer };
            this.failure = "";
          },
          (error: Error) => {
            if (isWanted) this.failure = error.message;
          },
        );
      }, delay);
      return () => {
        isWanted = false;
        clearTimeout(timer);
      };
    });
  }
}
