/** The network of a room of its own, as the page knows it: trained, stopped, opened, saved. It stays while the page is open. */
import { engine } from "../client.svelte.js";
import type { TaskAnswer, TaskAsk, TaskKind, TaskRoom, Training } from "./protocol.js";

type Asked = TaskAsk<TaskRoom, TaskKind<TaskRoom>>;

export class Learner<Info extends object> {
  info = $state.raw<Info | undefined>();
  /** Of a training that goes on. */
  training = $state.raw<Training | undefined>();
  isTraining = $state(false);
  isStopping = $state(false);
  /** Why a training did not begin or go on, or a file was not opened. */
  failure = $state("");
  readonly #room: TaskRoom;
  #asked = 0;
  /** The newest that came to something: what was asked before it is over. */
  #taken = 0;
  readonly #trainings = new Set<number>();

  constructor(room: TaskRoom) {
    this.#room = room;
    engine.onLost.add(() => {
      if (this.info) this.failure = "The engine ended, and what it had learned here is gone.";
      this.info = undefined;
    });
  }

  /** @param asked  what the room's question says beside the seed: a file of one's own, say */
  train(asked: object = {}): Promise<void> {
    this.training = undefined;
    this.isStopping = false;
    const coming = this.#ask("train", { ...asked, seed: 0 }, (progress) => {
      this.training = progress as Training;
    });
    return this.#follow(coming as Promise<Info>, true);
  }

  /** A checkpoint. Where it is none a training goes on. */
  open(file: File): Promise<void> {
    return this.#follow(this.#ask("open", { file }) as Promise<Info>, false);
  }

  stop(): void {
    this.isStopping = true;
    void this.#ask("stop", {}).catch(() => {});
  }

  /** @returns its checkpoint */
  async file(): Promise<Blob> {
    const { file } = (await this.#ask("save", {})) as { file: Uint8Array<ArrayBuffer> };
    return new Blob([file]);
  }

  /** What the network before it has said. */
  protected forget(): void {}

  #ask(kind: string, asked: object, onProgress?: (progress: object) => void): Promise<object> {
    const answer: Promise<TaskAnswer<TaskRoom, TaskKind<TaskRoom>>> = engine.task(
      this.#room,
      kind as TaskKind<TaskRoom>,
      asked as Asked,
      onProgress,
    );
    return answer;
  }

  async #follow(coming: Promise<Info>, isTraining: boolean): Promise<void> {
    const turn = ++this.#asked;
    this.failure = "";
    if (isTraining) this.#trainings.add(turn);
    this.#tell();
    try {
      const info = await coming;
      if (turn > this.#taken) {
        this.#taken = turn;
        this.forget();
        this.info = info;
      }
    } catch (error) {
      if (turn === this.#asked) this.failure = (error as Error).message;
    }
    this.#trainings.delete(turn);
    this.#tell();
  }

  #tell(): void {
    this.isTraining = [...this.#trainings].some((turn) => turn > this.#taken);
    if (!this.isTraining) this.isStopping = false;
  }
}
