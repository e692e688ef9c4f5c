/** Questions of the room Rank. */
import type { PairSight, SeenText } from "../../../../src/tasks/pairs/looking.js";

export const candidateSources = ["question", "all", "own"] as const;
/** Which sentences are ranked: those that the data has for the question, all of its, or one's own lines. */
export type CandidateSource = (typeof candidateSources)[number];

export const countings = ["all", "overlap", "none"] as const;
/** What is counted beside the words: all features, those of words in common, or nothing. */
export type Counting = (typeof countings)[number];

/** A ranker, as the page knows it. */
export interface RankerInfo {
  /** What it was trained on, or the file it came from. */
  readonly name: string;
  readonly origin: "towns" | "own" | "file";
  readonly method: "bm25" | "regression" | "network";
  /** What it was trained with here. */
  readonly counting?: Counting;
  /** Of its vocabulary; 0 where no network reads. */
  readonly words: number;
  /** Of all weights, vectors included. */
  readonly parameters: number;
  /** Where a network reads: of each text its filters. */
  readonly filters?: { readonly question: PairFilters; readonly candidate: PairFilters };
  readonly counts?: { readonly train: number; readonly test: number };
  /** On questions that it was not trained on, whose candidates are of both kinds; none where there are none. */
  readonly measures?: readonly Measured[];
  /** What of a file was left out. */
  readonly skipped: number;
  readonly seconds?: number;
  /** Questions whose candidates are known, to begin with. */
  readonly examples: readonly string[];
  /** How many different sentences there are to search. */
  readonly sentences: number;
}

/** window×size×filters */
export interface PairFilters {
  readonly width: number;
  readonly filters: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export interface Measured {
  readonly method: RankerInfo["method"];
  readonly questions: number;
  readonly mrr: number;
  readonly map: number;
}

export interface RankedSentence {
  readonly text: string;
  /** Where it stands among the candidates, from 0 on. */
  readonly index: number;
  readonly score: number;
  /** That it answers; none of BM25. */
  readonly probability?: number;
  /** What the data says of it, where it does. */
  readonly answers?: boolean;
}

/** What a ranker makes of a question. */
export interface RankSight {
  readonly question: string;
  readonly words: readonly string[];
  readonly isKnown: readonly boolean[];
  /** Why nothing is ranked: no question, no candidates, or no word that is known or stands in a candidate. */
  readonly problem?: "empty" | "none" | "unknown";
  /** The sentences that were taken: all of the data's where it has none for this question. */
  readonly from: CandidateSource;
  /** The best first. */
  readonly ranked: readonly RankedSentence[];
  /** The place in `ranked` of the one that is looked at. */
  readonly place: number;
  readonly seen?: PairSeen;
}

/** The chosen sentence beside the question. */
export type PairSeen = PairSight;
export type SeenPassage = SeenText;

export interface RankAsks {
  /** Trains on the questions of the grammar, or on a file of one's own. */
  readonly train: {
    asked: { readonly file?: File; readonly counting: Counting; readonly seed: number };
    answer: RankerInfo;
  };
  /** Ends a training after the step at hand; what it has learned stays. */
  readonly stop: { asked: object; answer: object };
  /** A checkpoint of `rank train`. */
  readonly open: { asked: { readonly file: File }; answer: RankerInfo };
  readonly see: {
    asked: {
      readonly question: string;
      readonly from: CandidateSource;
      /** One's own sentences, a line each. */
      readonly lines: string;
      /** Which of the candidates is looked at, counted from 1; 0 for the best. */
      readonly candidate: number;
    };
    answer: RankSight;
  };
  /** The ranker as `rank search` opens it. */
  readonly save: { asked: object; answer: { readonly file: Uint8Array } };
}
