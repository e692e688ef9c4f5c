/** What the page and the worker of a long picture say to each other: one job at a time, and frames while they are drawn. */

/** A picture of the page, or a file. */
export type Given =
  | { readonly shape: readonly [height: number, width: number, channels: number]; readonly data: Uint8Array }
  | Blob;

/** The network that paints, as a checkpoint: a copy of that at hand as it was at a step, or SqueezeNet. */
export type Painter = ArrayBuffer | Blob;

export type Job =
  | {
      readonly kind: "maximise";
      readonly target: readonly number[] | { readonly layer: string; readonly unit: readonly number[] };
      /** One row of pictures for each. */
      readonly held: readonly (string | { readonly l1: number })[];
      readonly steps: number;
      readonly seed: number;
    }
  | {
      readonly kind: "fool";
      readonly how: "picture" | "noise" | "pixels" | "patterns";
      readonly classes: readonly number[];
      readonly from?: Given;
      readonly confidence: number;
      readonly seed: number;
    }
  | {
      readonly kind: "dream";
      readonly picture: Given;
      /** Longest edge of the picture, in pixels. */
      readonly edge: number;
      /** The library's choice where none is named. */
      readonly layer: string;
      /** All together where none is named. */
      readonly unit?: number;
      readonly octaves: number;
      readonly iterations: number;
      readonly seed: number;
    }
  | {
      readonly kind: "style";
      readonly content: Given;
      readonly manner: Given;
      readonly edge: number;
      readonly iterations: number;
      readonly styleWeight: number;
      readonly keepColours: boolean;
      readonly seed: number;
    };

export interface PaintAsked {
  readonly paint:
    | { readonly kind: "begin"; readonly job: Job; readonly painter: Painter }
    /** A frame was drawn. */
    | { readonly kind: "drawn" }
    /** Ends after the step at hand, and keeps the picture. */
    | { readonly kind: "stop" };
}

/** Pictures so far, or at the end. */
export interface Frame {
  /** Which of the rows: of several settings one after the other. */
  readonly row: number;
  readonly step: number;
  readonly steps: number;
  /** N×H×W×C, of 0 to 255. */
  readonly shape: readonly number[];
  readonly pixels: Float32Array;
  /** Of each picture what is raised, or of a style the loss, which falls. */
  readonly scores: Float32Array;
  readonly isLast: boolean;
  /** Of each picture: how likely each class is, N×classes. */
  readonly readings?: Float32Array;
  /** Of each picture of a maximisation: its score before, its penalty, pixels that are lit. */
  readonly before?: Float32Array;
  readonly penalties?: Float32Array;
  readonly lit?: Int32Array;
  readonly octave?: number;
  /** Content, manner and variation of a style, weighed. */
  readonly parts?: readonly [content: number, manner: number, variation: number];
  /** The dreaming layer, and its answers h×w×units to the photograph and to the dream. */
  readonly layer?: string;
  readonly answers?: {
    readonly shape: readonly number[];
    readonly before: Float32Array;
    readonly after: Float32Array;
  };
  /** The picture as it was at the beginning. */
  readonly first?: { readonly shape: readonly number[]; readonly data: Float32Array };
  /** The picture whose manner is taken. */
  readonly other?: { readonly shape: readonly number[]; readonly data: Float32Array };
  /** ‖change‖ in shares of the range, and the greatest change of a pixel, of 255. */
  readonly change?: { readonly norm: number; readonly most: number };
}

/** Of every step, also of those that are not shown. */
export interface Progress {
  readonly row: number;
  readonly step: number;
  readonly steps: number;
  /** Of the first picture: what a curve shows. */
  readonly values: readonly number[];
}

export interface Painted {
  readonly painted:
    | { readonly kind: "frame"; readonly frame: Frame }
    | { readonly kind: "progress"; readonly progress: readonly Progress[] }
    | { readonly kind: "done"; readonly seconds: number }
    | { readonly kind: "failed"; readonly message: string };
}
