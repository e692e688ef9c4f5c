/** Trainings beside the network at hand, each by a worker of its own that is ended to cancel: what page and worker say. */
import type { Values } from "./protocol.js";

/** Pictures with classes, as the worker of the network at hand has them. */
export interface PictureSet {
  readonly name: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly classes: readonly string[];
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export interface Pictures {
  readonly train: PictureSet;
  readonly test: PictureSet;
}

/** One network of a trial. */
export interface Contestant {
  readonly name: string;
  /** As a sentence. */
  readonly net: string;
  /** All its pictures have their pixels in one random order. */
  readonly isShuffled?: boolean;
  /** For each filter of its first layer a kernel that stands there and stays, kH·kW numbers; null for one that learns. */
  readonly kernels?: readonly (Float32Array | null)[];
}

export type Job =
  /** Networks that learn the same pictures: those of a round side by side, step by step. */
  | {
      readonly kind: "trial";
      readonly rounds: readonly (readonly Contestant[])[];
      readonly pictures: Pictures;
      readonly epochs: number;
      readonly seed: number;
      /** Of the order of the pixels. */
      readonly order: number;
    }
  /** An autoencoder, which stays to be asked. */
  | {
      readonly kind: "coding";
      readonly pictures: Pictures;
      readonly code: number;
      readonly loss: "l1" | "l2";
      readonly epochs: number;
      readonly seed: number;
    }
  /** A network learns to read pictures that were made to fool it. */
  | {
      readonly kind: "hardening";
      readonly network: ArrayBuffer;
      readonly pictures: Pictures;
      readonly rounds: number;
      readonly seed: number;
    };

/** A filter, and the classic kernel that it is nearest to. */
export interface Nearest {
  readonly name: string;
  readonly similarity: number;
  readonly isNegative: boolean;
  /** Row by row. */
  readonly kernel: Float32Array;
}

export interface Standing {
  /** Of the contestants of all rounds. */
  readonly who: number;
  readonly step: number;
  /** Of this step. */
  readonly loss: number;
  /** On some test pictures, where it was measured after this step. */
  readonly accuracy?: number;
}

export type News =
  | {
      readonly kind: "begun";
      readonly steps: number;
      readonly params: readonly number[];
    }
  | { readonly kind: "standings"; readonly standings: readonly Standing[] }
  /** The filters of a first layer. */
  | { readonly kind: "filters"; readonly who: number; readonly step: number; readonly filters: Values }
  | {
      readonly kind: "measured";
      readonly who: number;
      readonly accuracy: number;
      readonly of: number;
      /** Of each filter of its first layer; where that is a convolution of pictures. */
      readonly nearest?: readonly Nearest[];
      /** The network, as a file. */
      readonly network: ArrayBuffer;
    }
  | { readonly kind: "coded"; readonly coded: Coded }
  | { readonly kind: "hardened"; readonly hardened: Hardened };

/** What an autoencoder makes of test pictures, at a step. */
export interface Coded {
  readonly step: number;
  readonly steps: number;
  /** Of the steps so far. */
  readonly losses: Float32Array;
  /** Codes of test pictures, N×code; where they are drawn, N×2; their classes. */
  readonly codes: Float32Array;
  readonly places: Float32Array;
  readonly labels: Uint8Array;
  /** From a code to its place: place = (code − mean) · directions, 2×code. */
  readonly mean: Float32Array;
  readonly directions: Float32Array;
  /** The first test pictures made again, each H×W×C of 0 to 255. */
  readonly made: Uint8ClampedArray;
  readonly end?: {
    /** Mean squared errors over the test pictures, of as many numbers. */
    readonly error: number;
    readonly ofComponents: number;
    /** The same first pictures from principal components. */
    readonly fromComponents: Uint8ClampedArray;
    readonly params: number;
    readonly of: number;
  };
}

/** How easily test pictures are made another class. */
export interface Fooled {
  readonly accuracy: number;
  /** Pictures that were tried, and of them those that are read as another class in the end. */
  readonly tried: number;
  readonly fooled: number;
  /** Of a picture on average: ‖change‖ with the range as 1. */
  readonly change: number;
}

export interface Hardened {
  readonly before: Fooled;
  readonly after?: Fooled;
  /** Rounds that are done, and pictures that were made for them. */
  readonly round: number;
  readonly made: number;
  /** Some of the pictures that it learned from, and what they really are. */
  readonly examples?: { readonly pixels: Uint8Array; readonly labels: Uint8Array };
  readonly network?: ArrayBuffer;
}

/** What can be asked of a worker that has done its job and stays. */
export interface Questions {
  /** Of an autoencoder: a picture's code, and what is made of it. */
  encode: {
    asked: { pixels: Uint8Array };
    /** The mean squared error, pixels from 0 to 1. */
    answer: { code: Float32Array; made: Uint8ClampedArray; error: number };
  };
  decode: { asked: { code: Float32Array }; answer: { made: Uint8ClampedArray } };
}

export type ErrandAsked = {
  readonly errand:
    | { readonly begin: Job }
    | {
        [K in keyof Questions]: { readonly ask: K; readonly id: number } & Questions[K]["asked"];
      }[keyof Questions];
};

export type ErrandTold = {
  readonly told:
    | News
    | { readonly kind: "done"; readonly seconds: number }
    | { readonly kind: "failed"; readonly message: string }
    | { readonly kind: "answer"; readonly id: number; readonly answer: object };
};
