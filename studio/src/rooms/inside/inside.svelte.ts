/** What the views of this room show together: the network's layers, what is pointed at, what is pinned. */
import { untrack } from "svelte";
import { engine } from "../../engine/client.svelte.js";
import type { Values } from "../../engine/network/protocol.js";
import type { UnitAnswer, UnitPlace, Wire } from "../../engine/network/unit-answers.js";
import { picture } from "../../network/picture.svelte.js";
import { pinned } from "../../network/pinned.js";
import { session } from "../../network/session.svelte.js";
import { rangeOf } from "../../views/painting.js";
import { basesOf, isRectified } from "./plates.js";

/**
 * A unit taken apart by the engine, anew with each picture and step. While one answer is on its way only the newest
 * question waits, and the last answer stays.
 */
export class Asked {
  answer = $state.raw<UnitAnswer>();
  failure = $state("");
  #wanted: UnitPlace | undefined;
  #isBusy = false;
  #again = false;

  ask(place: UnitPlace | undefined): void {
    this.#wanted = place;
    if (!place) {
      this.answer = undefined;
      this.failure = "";
    } else if (this.#isBusy) this.#again = true;
    else void this.#next();
  }

  async #next(): Promise<void> {
    this.#isBusy = true;
    do {
      this.#again = false;
      const place = this.#wanted;
      if (!place) break;
      try {
        const answer = await engine.request("unit", { place });
        if (this.#wanted) [this.answer, this.failure] = [answer, ""];
      } catch (error) {
        if (this.#wanted === place) [this.answer, this.failure] = [undefined, (error as Error).message];
      }
    } while (this.#again);
    this.#isBusy = false;
  }
}

/** A unit was pinned for who came without one, once. */
let hasPinned = false;

export class InsideView {
  wires = $state.raw<readonly Wire[]>([]);
  hovered = $state.raw<UnitPlace>();
  readonly pinned = new Asked();
  readonly pointed = new Asked();
  #wiresOf: number | undefined;
  #isLeft = false;

  readonly shown = $derived(this.wires.filter(({ isShown }) => isShown));
  readonly bases = $derived(basesOf(this.wires));
  readonly maps = $derived(session.seen?.run === session.info?.id ? (session.seen?.maps ?? {}) : {});
  readonly classes = $derived(session.network?.classes ?? []);
  /** Where no picture shows more than its pixels. */
  readonly isReady = $derived(this.shown.length > 0 && Object.keys(this.maps).length > 0);
  readonly #ranges = $derived.by(() => {
    const ranges = new Map<string, { range: number; least: number }>();
    for (const base of new Set(this.bases.values())) {
      const { data } = this.maps[base] ?? { data: new Float32Array() };
      let least = 0;
      for (const value of data) if (value < least) least = value;
      ranges.set(base, { range: rangeOf(data, isRectified(this.wires, base)), least });
    }
    return ranges;
  });

  /** To be called where a view is made. */
  follow(): void {
    $effect(() => () => {
      this.#isLeft = true;
    });
    $effect(() => {
      const run = session.info?.id;
      // With the first picture that fits all layers have run.
      if (run === undefined || !session.seen || session.seen.run !== run) return;
      untrack(() => {
        if (this.#wiresOf === run) return;
        this.#wiresOf = run;
        engine.request("wires", {}).then(
          (wires) => {
            if (this.#isLeft) return;
            this.wires = wires;
            this.#pinFirst();
          },
          () => {
            this.#wiresOf = undefined;
          },
        );
      });
    });
    $effect(() => {
      void session.seen;
      const { place } = pinned;
      const known = this.wires.length > 0;
      untrack(() => this.pinned.ask(known ? place : undefined));
    });
    $effect(() => {
      void session.seen;
      const place = this.hovered;
      untrack(() => this.pointed.ask(place));
    });
  }

  rangeOf(path: string): { range: number; least: number; base: string } {
    const base = this.bases.get(path) ?? path;
    return { ...(this.#ranges.get(base) ?? { range: 1, least: 0 }), base };
  }

  wire(path: string): Wire | undefined {
    return this.wires.find((one) => one.path === path);
  }

  isLine(path: string): boolean {
    return this.wire(path)?.shape.length !== 3;
  }

  /** The last layer, where its numbers are the classes'. */
  isAnswer(path: string): boolean {
    const last = this.shown.at(-1);
    return last?.path === path && last.shape.length === 1 && last.shape[0] === this.classes.length;
  }

  values(path: string): Values | undefined {
    if (path !== "") return this.maps[path];
    return { shape: picture.shape, data: Float32Array.from(picture.pixels) };
  }

  valueAt({ layer, unit, row, column }: UnitPlace): number | undefined {
    const values = this.values(layer);
    if (!values) return undefined;
    const [, width, units] = mapsIn(values.shape);
    return values.data[(row * width + column) * units + unit];
  }

  pin(place: UnitPlace): void {
    if (place.layer !== "") pinned.pin(place, this.isLine(place.layer));
  }

  /** The unit of a layer that is greatest, of one map where it is named. */
  greatest(path: string, unit?: number): UnitPlace | undefined {
    const values = this.maps[path];
    if (!values) return undefined;
    const [, width, units] = mapsIn(values.shape);
    let best = unit ?? 0;
    for (let at = 0; at < values.data.length; at++)
      if ((unit === undefined || at % units === unit) && values.data[at] > values.data[best]) best = at;
    const place = Math.floor(best / units);
    return { layer: path, unit: best % units, row: Math.floor(place / width), column: place % width };
  }

  /** From a unit of one layer to one of another: the same map at the same place, as far as there is one. */
  carried(from: UnitPlace, path: string): UnitPlace | undefined {
    const [before, after] = [this.wire(from.layer), this.wire(path)];
    if (!before || !after) return undefined;
    const [a, b] = [mapsIn(before.shape), mapsIn(after.shape)];
    if (a[2] !== b[2] || (a[0] === 1) !== (b[0] === 1)) return this.greatest(path);
    return {
      layer: path,
      unit: from.unit,
      row: Math.floor(((from.row + 0.5) * b[0]) / a[0]),
      column: Math.floor(((from.column + 0.5) * b[1]) / a[1]),
    };
  }

  /** Whoever comes for the first time finds a unit pinned: of the last filters the one that answers most. */
  #pinFirst(): void {
    if (hasPinned) return;
    hasPinned = true;
    if (pinned.place) return;
    const last = this.shown.findLast(({ type }) => type === "conv2d") ?? this.shown.at(-1);
    const place = last && this.greatest(last.path);
    if (place) this.pin(place);
  }
}

export const mapsIn = (shape: readonly number[]): readonly [height: number, width: number, units: number] =>
  shape.length === 3
    ? (shape as unknown as [number, number, number])
    : [1, 1, shape.reduce((a, b) => a * b, 1)];

/** What the parts of a sum are, map by map. */
export function partsOf(made: UnitAnswer["made"]): Float64Array {
  if (made.kind !== "products") return new Float64Array();
  const { inputs, weights } = made;
  const { count } = made.window;
  const parts = new Float64Array(count);
  inputs.forEach((input, i) => {
    parts[i % count] += input * weights[i];
  });
  return parts;
}
