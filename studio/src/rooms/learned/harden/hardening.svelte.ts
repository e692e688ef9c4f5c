/** A network at hand learns to read pictures that were made to fool it; the network before stays. */
import { engine } from "../../../engine/client.svelte.js";
import { Errand } from "../../../engine/errand.svelte.js";
import type { Hardened } from "../../../engine/network/errands.js";
import { session } from "../../../network/session.svelte.js";

/** Rounds in which pictures are made and learned. */
const rounds = 4;

class Hardening {
  readonly errand = new Errand((news) => {
    if (news.kind !== "hardened") return;
    const { hardened } = news;
    this.found = { ...(this.found?.examples ? { examples: this.found.examples } : {}), ...hardened };
    if (hardened.network) void this.#take(hardened.network);
  });
  readonly rounds = rounds;
  found = $state.raw<Hardened>();
  /** The runs of the network before and after. */
  before = $state<number>();
  after = $state<number>();
  trouble = $state("");
  /** While the retrained network is being put at hand it is neither of the two. */
  isTaking = $state(false);

  begin(seed: number): Promise<void> {
    this.found = undefined;
    this.after = undefined;
    this.trouble = "";
    this.before = session.info?.id;
    return this.errand.begin(async () => {
      if (session.isTraining) await session.pause();
      const { bytes } = await engine.request("copy", {});
      const name = session.info?.data === "mine" ? "mine" : "digits";
      const pictures = await engine.request("pictures", { name });
      return { kind: "hardening", network: bytes, pictures, rounds, seed };
    });
  }

  async #take(network: ArrayBuffer): Promise<void> {
    this.isTaking = true;
    try {
      await session.open(network, "the retrained network");
      this.after = session.info?.id;
    } catch (error) {
      this.trouble = (error as Error).message;
    } finally {
      this.isTaking = false;
    }
  }

  /** The other of the two is at hand. */
  async swap(): Promise<void> {
    const to = session.info?.id === this.after ? this.before : this.after;
    try {
      if (to !== undefined) await session.choose(to);
    } catch (error) {
      this.trouble = (error as Error).message;
    }
  }
}

export const hardening = new Hardening();
