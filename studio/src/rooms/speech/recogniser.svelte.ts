/** The recogniser at hand and the sound that it hears, as the page knows them: they stay while the page is open. */
import { engine } from "../../engine/client.svelte.js";
import { newest } from "../../engine/tasks/newest.js";
import type { Training } from "../../engine/tasks/protocol.js";
import type { Heard, RecogniserInfo, Samples } from "../../engine/tasks/speech-asks.js";

interface Asked {
  readonly sound: Samples;
  /** When it was asked. */
  readonly since: number;
}

class Recogniser {
  info = $state.raw<RecogniserInfo | undefined>();
  training = $state.raw<Training | undefined>();
  isTraining = $state(false);
  isStopping = $state(false);
  failure = $state("");
  heard = $state.raw<Heard | undefined>();
  /** From asking to the answer on the page, in ms. */
  took = $state(0);
  #turn = 0;
  readonly #hear = newest(
    async ({ sound, since }: Asked) => ({ heard: await engine.task("speech", "hear", { sound }), since }),
    ({ heard, since }) => {
      this.heard = heard;
      this.took = performance.now() - since;
      this.failure = "";
    },
    (message) => {
      this.failure = message;
    },
  );

  hear(sound: Samples): void {
    if (this.info) this.#hear({ sound, since: performance.now() });
  }

  /** @returns the sound of an example, or of a file; undefined where there is none, which has been said */
  async sound(coming: Promise<Samples>): Promise<Samples | undefined> {
    try {
      const sound = await coming;
      this.failure = "";
      return sound;
    } catch (error) {
      this.failure = (error as Error).message;
      return undefined;
    }
  }

  train(): Promise<void> {
    this.isTraining = true;
    this.training = undefined;
    return this.#taken(
      engine.task("speech", "train", { seed: 0 }, (progress) => {
        this.training = progress as Training;
      }),
    );
  }

  open(file: File): Promise<void> {
    return this.#taken(engine.task("speech", "open", { file }));
  }

  stop(): void {
    this.isStopping = true;
    void engine.task("speech", "stop", {});
  }

  /** @returns its checkpoint */
  async file(): Promise<Blob> {
    const { file } = await engine.task("speech", "save", {});
    return new Blob([file as Uint8Array<ArrayBuffer>]);
  }

  async #taken(coming: Promise<RecogniserInfo>): Promise<void> {
    const turn = ++this.#turn;
    this.failure = "";
    try {
      const info = await coming;
      if (turn === this.#turn) {
        this.heard = undefined;
        this.info = info;
      }
    } catch (error) {
      if (turn === this.#turn) this.failure = (error as Error).message;
    }
    if (turn !== this.#turn) return;
    this.isTraining = false;
    this.isStopping = false;
  }
}

export const recogniser = new Recogniser();
