/** The autoencoder that was trained last: it stays while other rooms are looked at. */
import { engine } from "../../../engine/client.svelte.js";
import { Errand } from "../../../engine/errand.svelte.js";
import type { Coded } from "../../../engine/network/errands.js";
import { session } from "../../../network/session.svelte.js";
import { did } from "../../../state/deeds.js";

interface Wanted {
  readonly code: number;
  readonly loss: "l1" | "l2";
  readonly epochs: number;
  readonly seed: number;
}

class Coder {
  readonly errand = new Errand((news) => {
    if (news.kind === "coded") this.coded = news.coded;
  });
  /** What it was trained to. */
  wanted = $state.raw<Wanted>();
  coded = $state.raw<Coded>();
  /** Where the code is, and what is made of it. */
  code = $state.raw<Float32Array>();
  made = $state.raw<Uint8ClampedArray>();
  /** Of the picture at hand: what is made of its own code. */
  own = $state.raw<{ code: Float32Array; made: Uint8ClampedArray; error: number }>();
  #next: Float32Array | undefined;
  #isAsking = false;

  get isReady(): boolean {
    return this.errand.phase === "done";
  }

  begin(wanted: Wanted): Promise<void> {
    this.wanted = wanted;
    this.coded = this.code = this.made = this.own = undefined;
    return this.errand.begin(async () => {
      if (session.isTraining) await session.pause();
      if (!session.info) await session.prepare("digits");
      const pictures = await engine.request("pictures", { name: "digits" });
      return { kind: "coding", ...wanted, pictures };
    });
  }

  /** The code of a picture, at which all begins. */
  async take(pixels: Uint8Array): Promise<void> {
    this.own = await this.errand.ask("encode", { pixels: pixels.slice() });
    this.code = this.own.code;
    this.made = this.own.made;
  }

  /** Follows a pointer: while one picture is made only the newest code waits. */
  async move(code: Float32Array): Promise<void> {
    this.code = code;
    did("coded");
    this.#next = code;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#next) {
      const wanted = this.#next;
      this.#next = undefined;
      this.made = (await this.errand.ask("decode", { code: wanted })).made;
    }
    this.#isAsking = false;
  }

  /** Where a code is drawn. */
  placeOf(code: Float32Array): [number, number] {
    const { mean, directions } = this.coded!;
    const along = (k: number) =>
      code.reduce((sum, v, i) => sum + (v - mean[i]) * directions[k * code.length + i], 0);
    return [along(0), along(1)];
  }

  /** The code with its place in the plane moved; what lies across the plane stays. */
  movedTo(code: Float32Array, [x, y]: readonly [number, number]): Float32Array {
    const { directions } = this.coded!;
    const [fromX, fromY] = this.placeOf(code);
    return code.map((v, i) => v + (x - fromX) * directions[i] + (y - fromY) * directions[code.length + i]);
  }
}

export const coder = new Coder();
