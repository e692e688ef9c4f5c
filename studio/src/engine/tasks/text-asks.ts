/** Questions of the room Text. */

export const textMethods = ["winners", "occlusion", "integrated-gradients"] as const;
export type TextMethod = (typeof textMethods)[number];

/** A classifier of texts, as the page knows it. */
export interface ClassifierInfo {
  /** What it was trained on, or the file it came from. */
  readonly name: string;
  readonly origin: "messages" | "own" | "file";
  readonly classes: readonly string[];
  readonly words: number;
  /** Numbers of a word's vector. */
  readonly size: number;
  readonly windows: readonly Window[];
  /** Of all weights, vectors included. */
  readonly parameters: number;
  readonly counts?: { readonly train: number; readonly test: number };
  /** Share of the test part that is read rightly; none where there is no test part. */
  readonly accuracy?: number;
  /** What of a file was left out. */
  readonly skipped: number;
  readonly seconds?: number;
}

/** The filters of one window. */
export interface Window {
  readonly width: number;
  readonly filters: number;
  /** width×size×filters */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** What the network makes of a sentence. */
export interface TextSight {
  readonly text: string;
  readonly words: readonly string[];
  /** Of each word, whether it occurred in training. */
  readonly isKnown: readonly boolean[];
  /** Words beyond the longest that is read. */
  readonly cut: number;
  /** Why nothing is read: no words, or none that is known. */
  readonly problem?: string;
  readonly seen?: Seen;
}

export interface Seen {
  /** words×size */
  readonly vectors: Float32Array;
  readonly maps: readonly SeenMap[];
  readonly scores: Float32Array;
  readonly probabilities: Float32Array;
  /** The class that is asked about. */
  readonly target: number;
  /** features×classes, and of each class: what the greatest values count. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  /** Of each word, for the score of the target. */
  readonly relevance: Float32Array;
  /** What did most for the score, and against it. */
  readonly winners: readonly Winner[];
}

/** The map of a window: a row for each of its places, a column for each filter. */
export interface SeenMap {
  readonly width: number;
  /** Words before the first that the first place begins at. */
  readonly before: number;
  readonly places: number;
  readonly filters: number;
  readonly values: Float32Array;
  /** Of each filter, its greatest value, and the first place that has it. */
  readonly greatest: Float32Array;
  readonly at: Int32Array;
}

export interface Winner {
  readonly ngram: readonly string[];
  readonly from: number;
  readonly filters: readonly { readonly window: number; readonly filter: number; readonly value: number }[];
  readonly contribution: number;
}

export interface TextAsks {
  /** Trains on the messages of the grammar, or on a file of one's own. */
  readonly train: {
    asked: { readonly file?: File; readonly seed: number };
    answer: ClassifierInfo;
  };
  /** Ends a training after the step at hand; what it has learned stays. */
  readonly stop: { asked: object; answer: object };
  /** A checkpoint of `classify-text train`. */
  readonly open: { asked: { readonly file: File }; answer: ClassifierInfo };
  readonly see: {
    asked: { readonly text: string; readonly method: TextMethod; readonly target?: string };
    answer: TextSight;
  };
  /** The classifier as `classify-text predict` opens it. */
  readonly save: { asked: object; answer: { readonly file: Uint8Array } };
}
