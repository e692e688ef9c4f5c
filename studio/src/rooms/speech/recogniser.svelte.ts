/** The recogniser at hand, and what it hears. */
import { engine } from "../../engine/client.svelte.js";
import { newest } from "../../engine/newest.js";
import { Learner } from "../../engine/tasks/learner.svelte.js";
import type { Heard, RecogniserInfo, Samples } from "../../engine/tasks/speech-asks.js";

interface Asked {
  readonly sound: Samples;
  /** When it was asked. */
  readonly since: number;
}

class Recogniser extends Learner<RecogniserInfo> {
  heard = $state.raw<Heard | undefined>();
  /** From asking to the answer on the page, in ms. */
  took = $state(0);
  /** Why there is no sound, or nothing is heard in it. */
  trouble = $state("");
  readonly #hear = newest(
    async ({ sound, since }: Asked) => ({ heard: await engine.task("speech", "hear", { sound }), since }),
    ({ heard, since }) => {
      this.heard = heard;
      this.took = performance.now() - since;
      this.trouble = "";
    },
    (message) => {
      this.trouble = message;
    },
  );

  constructor() {
    super("speech");
  }

  protected override forget(): void {
    this.heard = undefined;
  }

  hear(sound: Samples): void {
    if (this.info) this.#hear({ sound, since: performance.now() });
  }

  /** @returns the sound of an example, or of a file; undefined where there is none, which has been said */
  async sound(coming: Promise<Samples>): Promise<Samples | undefined> {
    try {
      const sound = await coming;
      this.trouble = "";
      return sound;
    } catch (error) {
      this.trouble = (error as Error).message;
      return undefined;
    }
  }
}

export const recogniser = new Recogniser();
