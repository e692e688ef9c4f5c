/** Data sets as a page gives them: by name, by number, or themselves. */
import { type AnyDataset, type LoadOptions, loadDataset, type Splits } from "../data/index.js";
import { said } from "../door/said.js";
import { Kept } from "./kept.js";
import type { Offer } from "./offer.js";
import type { Peer } from "./peer.js";
import type { AboutData, GivenData } from "./protocol.js";

export class GivenDatasets {
  readonly #page: Peer;
  readonly #offer: Offer;
  readonly #kept = new Kept<AnyDataset>("data set");
  /** Those that were asked for by name: drawn or fetched once. */
  readonly #named = new Map<string, Promise<Splits<AnyDataset>>>();

  constructor(page: Peer, offer: Offer) {
    this.#page = page;
    this.#offer = offer;
  }

  /** @param split  the part that is meant where a data set is given by its name */
  async at(given: GivenData, split: "train" | "test"): Promise<AnyDataset> {
    if (typeof given === "string") return (await this.named(given))[split];
    if (typeof given !== "object" || given === null) return given;
    if ("remote" in given) return this.#kept.at(given);
    if (!("read" in given)) return given;
    const { callback } = given.read;
    return {
      ...given,
      read: async (...args) => (await this.#page.call("callback", { callback, args })) as Uint8Array,
    };
  }

  named(name: string, options?: LoadOptions): Promise<Splits<AnyDataset>> {
    const known = this.#named.get(name);
    if (known) return known;
    const loaded = loadDataset(name, options);
    this.#named.set(name, loaded);
    // Once more, should it be asked for again.
    loaded.catch(() => this.#named.delete(name));
    return loaded;
  }

  async own(name: string, options: object): Promise<AnyDataset | Splits<AnyDataset>> {
    const offered = this.#offer.data ?? {};
    if (!Object.hasOwn(offered, name))
      throw new TypeError(
        `worker: it has no data of yours called ${said(name)}; it has ${Object.keys(offered).map(said).join(", ") || "none"}`,
      );
    return offered[name](options);
  }

  keep(dataset: AnyDataset): AboutData & { remote: number } {
    const { name, split, shape, classes, length } = dataset;
    return { name, split, shape, classes, length, remote: this.#kept.keep(dataset) };
  }

  release = this.#kept.release.bind(this.#kept);
}
