/** Questions of the room Speech. */

/** A recogniser, as the page knows it. */
export interface RecogniserInfo {
  readonly name: string;
  readonly origin: "digits" | "file";
  readonly kind: "words" | "sequence";
  /** What it tells apart; of sequences the first, "", stands for no label. */
  readonly classes: readonly string[];
  /** Samples a second, and between frames. */
  readonly rate: number;
  readonly hop: number;
  readonly mels: number;
  /** In Hz, of the lowest and the highest mel. */
  readonly low: number;
  readonly high: number;
  readonly parameters: number;
  /** The first layer's: height×width×filters, time by mel. */
  readonly filters: {
    readonly height: number;
    readonly width: number;
    readonly count: number;
    readonly weights: Float32Array;
  };
  readonly counts?: { readonly train: number; readonly test: number };
  /** Share of the test part's recordings that are heard exactly. */
  readonly accuracy?: number;
  readonly seconds?: number;
}

/** A sound of one channel. */
export interface Samples {
  readonly samples: Float32Array;
  readonly rate: number;
}

/** Numbers by time and something else, a row for each frame. */
export interface Table {
  readonly frames: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export interface Heard {
  /** As it is listened to. */
  readonly sound: Samples;
  /** What the network is given: loudness by mel, 0 to 1. */
  readonly spectrum: Table;
  /** All frequencies evenly, in decibels below the loudest, 0 to 1 over 80 dB. */
  readonly linear: Table;
  /** The first layer's maps: a table for each filter, before anything is cut off. */
  readonly maps: readonly Table[];
  /** Probabilities; of words one row. */
  readonly scores: Table;
  /** Of each frame the likeliest class. */
  readonly path: readonly number[];
  readonly text: string;
  readonly greedy: string;
  /** What the search kept, the likeliest first. */
  readonly kept: readonly { readonly text: string; readonly probability: number }[];
  /** Of computing it. */
  readonly milliseconds: number;
}

export interface SpeechAsks {
  readonly train: { asked: { readonly seed: number }; answer: RecogniserInfo };
  readonly stop: { asked: object; answer: object };
  /** A checkpoint of `transcribe train`. */
  readonly open: { asked: { readonly file: File }; answer: RecogniserInfo };
  /** Digits of one of the voices to test by, with short silences between. */
  readonly example: {
    asked: { readonly digits: readonly string[]; readonly voice: number };
    answer: Samples;
  };
  readonly read: { asked: { readonly file: File }; answer: Samples };
  readonly hear: { asked: { readonly sound: Samples }; answer: Heard };
  readonly save: { asked: object; answer: { readonly file: Uint8Array } };
}
