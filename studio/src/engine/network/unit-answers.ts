/** What the room Inside is answered: layers, what a unit takes and how its number is made, what drives it high. */

/** A layer as it stands in the network: what it takes from whom. */
export interface Wire {
  readonly path: string;
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Of what it makes of one picture. */
  readonly shape: readonly number[];
  /** Paths of those that made what it takes; "" is the picture. */
  readonly from: readonly string[];
  /** Some only hand on what they took. */
  readonly isShown: boolean;
}

/** A unit, counted from 0; of a line of numbers row and column are 0. */
export interface UnitPlace {
  readonly layer: string;
  readonly unit: number;
  readonly row: number;
  readonly column: number;
}

/** What a unit took from the layer below: rows and columns of a window, of each place the maps from `first` on. */
export interface TakenWindow {
  readonly window: {
    readonly top: number;
    readonly left: number;
    readonly height: number;
    readonly width: number;
    readonly dilation: readonly [number, number];
    readonly first: number;
    readonly count: number;
  };
  readonly inputs: Float32Array;
  /** Of each place of the window 0 where it lies in the border of zeros. */
  readonly isInside: Uint8Array;
}

/** How a unit's number is made. */
export type Made =
  | ({ readonly kind: "products"; readonly weights: Float32Array; readonly bias?: number } & TakenWindow)
  | ({ readonly kind: "greatest" | "mean" } & TakenWindow)
  | { readonly kind: "function"; readonly input: number }
  /** It is not written out. */
  | { readonly kind: "whole" };

export interface UnitAnswer {
  readonly run: number;
  readonly step: number;
  readonly place: UnitPlace;
  readonly type: string;
  /** The engine's. */
  readonly value: number;
  /** Of the picture; null where it sees none of it. */
  readonly sees: { top: number; left: number; height: number; width: number } | null;
  readonly from: readonly string[];
  readonly made: Made;
  /** What it takes of each layer below, from the nearest to the first: a rectangle of the maps from `first` on. */
  readonly through: readonly {
    readonly layer: string;
    readonly top: number;
    readonly left: number;
    readonly height: number;
    readonly width: number;
    readonly first: number;
    readonly count: number;
  }[];
  /** What functions and poolings make of it, one after the other. */
  readonly after: readonly {
    readonly place: UnitPlace;
    readonly type: string;
    readonly value: number;
    readonly goesOn: boolean;
  }[];
  /** The next layer with weights: how many of its units take the number, at how many places, and whom it moves most. */
  readonly feeds?: {
    readonly layer: string;
    /** In the flattened line. */
    readonly index?: number;
    readonly count: number;
    readonly places: number;
    readonly strongest: readonly {
      readonly place: UnitPlace;
      readonly weight: number;
      readonly product: number;
    }[];
  };
}

/** A part of a test picture that drives a unit high. */
export interface Patch {
  readonly index: number;
  readonly activation: number;
  readonly at: readonly [row: number, column: number];
  readonly box: { top: number; left: number; height: number; width: number };
  readonly truth: number;
  readonly pixels: Uint8Array;
}
