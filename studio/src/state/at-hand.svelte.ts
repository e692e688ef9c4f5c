/** The picture, the filter and the network that all rooms speak of. A room says what is at hand while it is open. */
import type { Component } from "svelte";
import type { Rows } from "../numbers/rows.js";
import type { Scale } from "../views/colours.js";

export interface AtHand {
  readonly name: string;
  readonly text: string;
  readonly rows?: Rows;
  readonly scale?: Scale;
  readonly range?: number;
}

class Hand {
  parts = $state.raw<readonly AtHand[]>([]);
  /** The network of all rooms, in the bar; there once a room has one. */
  network = $state.raw<Component | undefined>();
}

export const atHand = new Hand();

/** To be called where a view is made. */
export function holds(parts: () => readonly AtHand[]): void {
  $effect(() => {
    atHand.parts = parts();
    return () => {
      atHand.parts = [];
    };
  });
}
