/** Pictures of one's own, as the page knows them: how many of which class, and what could not be taken. */
import { engine } from "../../engine/client.svelte.js";
import type { ClassChange, DataInfo, Taken } from "../../engine/network/protocol.js";
import { session } from "../../network/session.svelte.js";

type Files = readonly { path: string; file: Blob }[];
type Shape = DataInfo["shape"];

class Own {
  info = $state.raw<DataInfo>();
  refused = $state.raw<readonly string[]>([]);
  taken = $state(0);
  isBusy = $state(false);
  /** Counts what changed: a training knows by it that its pictures are others now. */
  version = $state(0);
  /** What made them, in order: a worker that is started again is asked for it again. */
  #asked: (() => Promise<unknown>)[] = [];
  /** One after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor() {
    session.restore = async () => {
      for (const again of this.#asked) await again();
    };
  }

  take(files: Files, { into, shape }: { into?: string; shape: Shape }): Promise<void> {
    return this.#within(
      () => engine.request("take", { files, into, shape }),
      ({ data, taken, refused }: Taken) => {
        this.taken = taken;
        this.refused = refused;
        if (taken === 0) return false;
        this.info = data;
        return true;
      },
    );
  }

  /** Of a file that was opened. @param file  from which the worker takes them once more, should it have to */
  become(info: DataInfo, file: Blob): void {
    this.info = info;
    this.refused = [];
    this.#asked = [
      async () => engine.request("given", { bytes: await file.arrayBuffer(), name: "the pictures" }),
    ];
  }

  async reshape(shape: Shape): Promise<void> {
    if (this.info && this.info.shape.join() !== shape.join())
      await this.#changed(() => engine.request("reshape", { shape }));
  }

  draw(pixels: Uint8Array, shape: Shape, into: string): Promise<void> {
    return this.#changed(() => engine.request("draw", { pixels, shape, into }));
  }

  change(change: ClassChange): Promise<void> {
    return this.#changed(() => engine.request("classes", { change }));
  }

  #changed(ask: () => Promise<DataInfo | undefined>): Promise<void> {
    return this.#within(ask, (info) => {
      this.info = info;
      return true;
    });
  }

  /** @param told  whether the answer changed anything */
  #within<T>(ask: () => Promise<T>, told: (answer: T) => boolean): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      this.isBusy = true;
      this.refused = [];
      this.taken = 0;
      try {
        if (told(await ask())) {
          this.#asked.push(ask);
          this.version++;
        }
      } catch (error) {
        this.refused = [(error as Error).message];
      } finally {
        this.isBusy = false;
      }
    });
    return this.#queue;
  }
}

export const own = new Own();
