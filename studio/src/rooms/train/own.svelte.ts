/** Pictures of one's own, as the page knows them: how many of which class, and what could not be taken. */
import { engine } from "../../engine/client.svelte.js";
import type { ClassChange, DataInfo, Taken } from "../../engine/network/protocol.js";

type Files = readonly { path: string; file: Blob }[];

class Own {
  info = $state.raw<DataInfo>();
  refused = $state.raw<readonly string[]>([]);
  taken = $state(0);
  isBusy = $state(false);
  /** Counts what changed: a training knows by it that its pictures are others now. */
  version = $state(0);
  /** Files as they came: another size is cut from them anew. */
  #given: { files: Files; into?: string }[] = [];

  async take(files: Files, { into, shape }: { into?: string; shape: DataInfo["shape"] }): Promise<void> {
    this.#given.push({ files, into });
    await this.#within(async () => this.#told(await engine.request("take", { files, into, shape })));
  }

  /** Of a project that was loaded. */
  become(info: DataInfo): void {
    this.info = info;
    this.#given = [];
    this.refused = [];
  }

  async reshape(shape: DataInfo["shape"]): Promise<void> {
    if (!this.info || this.info.shape.join() === shape.join()) return;
    await this.#within(async () => {
      await engine.request("classes", { change: { kind: "clear" } });
      for (const { files, into } of this.#given)
        this.#told(await engine.request("take", { files, into, shape }));
    });
  }

  async draw(pixels: Uint8Array, into: string): Promise<void> {
    await this.#within(async () => {
      this.info = await engine.request("draw", { pixels, into });
      this.version++;
    });
  }

  async change(change: ClassChange): Promise<void> {
    await this.#within(async () => {
      this.info = await engine.request("classes", { change });
      if (change.kind === "clear") this.#given = [];
      this.version++;
    });
  }

  #told({ data, taken, refused }: Taken): void {
    this.info = data;
    this.taken = taken;
    this.refused = refused;
    if (taken > 0) this.version++;
  }

  async #within(act: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.refused = [];
    this.taken = 0;
    try {
      await act();
    } catch (error) {
      this.refused = [(error as Error).message];
    } finally {
      this.isBusy = false;
    }
  }
}

export const own = new Own();
