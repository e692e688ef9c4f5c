/** What this room says. A translation is another file like this one. */
import { count, duration } from "../../../../src/formatting/numbers.js";
import type { Training } from "../../engine/tasks/protocol.js";
import type { CandidateSource, Counting, RankerInfo, RankSight } from "../../engine/tasks/rank-asks.js";
import { certainty, counted, inWords, pointed, signedText } from "../../numbers/text.js";
import type { Side } from "./sight.js";

/** Parts add up: all of them have as many decimals. */
export const partText = (value: number): string => signedText(Number(value.toFixed(3)) + 0);
const quoted = (words: readonly string[]): string => `“${words.join(" ")}”`;

export const rankWords = {
  question: "Question",
  placeholder: "Ask a question",
  waiting: "The ranker is being made.",
  begins: "Learning to rank: the first epoch is on its way.",
  learning: ({ epoch, epochs, loss }: Training) =>
    `Epoch ${epoch} of ${epochs}: the loss is ${pointed(Number(loss.toPrecision(3)))}.`,
  none: "There is no ranker yet: train one, or open a file.",
  problems: {
    empty: () => "Ask a question: sentences are ranked by how well they answer it.",
    none: () => "There are no sentences to rank: write some, a line each.",
    unknown: ({ words }: RankSight) => {
      const said = words.filter((word) => /[\p{L}\p{N}]/u.test(word));
      return said.length === 0
        ? "The question has no word, so there is nothing to rank by."
        : said.length === 1
          ? `${quoted(said)} did not occur in training and stands in no sentence, so there is nothing to rank by.`
          : `None of these ${inWords(said.length)} words occurred in training or stands in a sentence, so there is nothing to rank by.`;
    },
  },
  first: (text: string, share: number | undefined, score: number) =>
    `First stands “${text}”, ${share === undefined ? pointed(score) : certainty(share)}.`,
  about({ origin, name, counts, words, parameters, filters, seconds: time, skipped, method }: RankerInfo) {
    const made =
      origin === "file"
        ? `Opened from ${name}`
        : `Learned here from ${origin === "towns" ? `${count(counts!.train)} questions about towns, made by a grammar` : `${counted(counts!.train, "question")} of ${name}`}${time === undefined ? "" : `, in ${duration(time)}`}`;
    const network = filters
      ? `${counted(words, "word")}, ${counted(filters.question.filters, "filter")} over ${inWords(filters.question.width)} words for each text, ${count(parameters)} numbers in all`
      : method === "bm25"
        ? "BM25, which learns nothing but how rare words are"
        : "a regression on what is counted";
    const left = skipped > 0 ? ` ${counted(skipped, "pair")} had no question or no sentence.` : "";
    return `${made}: ${network}.${left}`;
  },
  from: "Sentences",
  sources: ({ sentences }: RankerInfo): { readonly [from in CandidateSource]: string } => ({
    question: "Of the question",
    all: `All ${count(sentences)}`,
    own: "Mine",
  }),
  notIts: (n: number) => `The data has no sentences for this question: all ${count(n)} are ranked.`,
  lines: "Sentences, a line each",
  linesHold: "The bridge of Farrow was opened in 1832 .\nThe bridge of Farrow cost 57,000 pounds .",
  counting: "Counted",
  countings: { all: "All", overlap: "In common", none: "Nothing" } satisfies { [one in Counting]: string },
  ranking: "Ranking",
  answers: (does: boolean) => (does ? "answers, says the data" : "does not answer, says the data"),
  more: (n: number) => `Show ${count(n)} more`,
  ranks:
    "A sentence is chosen by a click, or by Enter. ✓ is what the data says, and was not told to the ranker.",
  measures: "On questions not trained on",
  methods: { bm25: "BM25", regression: "Regression", network: "Network" } satisfies {
    [method in RankerInfo["method"]]: string;
  },
  measured: (n: number, counting: Counting | undefined) =>
    `MRR is the mean of 1 / (place of the first answer), MAP the mean of average precision, over ${count(n)} questions. ${given[counting ?? "all"]}`,
  score: "Of what the score is made",
  parts: {
    question: "question, by its filters",
    similarity: (value: number) => `similarity xᵀMy = ${pointed(Number(value.toPrecision(3)))}`,
    candidate: "sentence, by its filters",
    counted: "what is counted",
    bias: "bias",
  },
  partsSay:
    "Each number times the slope of the score. Hidden units are on or off here, so the parts add up; what units that are off would say is in none of them.",
  partsAdd: "Each number times its weight: they add up to the score.",
  counts: "Counted",
  countedSays:
    "The value, and its part in the score: less its mean over the training's pairs, over its deviation, times the slope.",
  windows: "What won",
  windowsSay: "Windows in which filters found their greatest, and what these count for the score.",
  filters: (n: number) => counted(n, "filter"),
  sides: { question: "Question", candidate: "Sentence" } satisfies { [side in Side]: string },
  map: "Map",
  shared: "in both",
  unknownWord: (word: string) =>
    `“${word}” did not occur often enough in training: it has the vector of all unknown words.`,
  uncounted: (word: string) => `“${word}” stands in none of the sentences to train on.`,
  word: (word: string, shape: string, isShared: boolean, filters: number | undefined, all: number) =>
    `“${word}” ${looks[shape] ?? "is a word"}${isShared ? ", and stands in both" : ""}${filters === undefined ? "" : `; ${filters === 0 ? "no" : filters} of ${all} filters found their greatest at it`}.`,
  cell: (ngram: readonly string[], filter: number, side: Side, value: number) =>
    `${ngram.length > 0 ? quoted(ngram) : "No word"}: filter ${filter + 1} of the ${side === "question" ? "question" : "sentence"} gives ${pointed(value)}.`,
  won: (part: number) => `Its greatest: it counts ${partText(part)} for the score, the similarity aside.`,
  lost: (value: number, ngram: readonly string[]) =>
    `Its greatest is ${pointed(value)}, at ${quoted(ngram)}.`,
  silent: "Its greatest is not above 0, and counts nothing.",
  marked:
    "Words in both texts are framed. Behind each word: what it looks like, where that tells of an answer; the network is given it.",
  greatest: "↑ The greatest over time: of each column the cell with a frame.",
  sum: (side: Side, filter: number) =>
    `Filter ${filter + 1} of the ${side === "question" ? "question" : "sentence"}, where it stands`,
  similarity: "Similarity",
  similaritySays: (filters: number) =>
    `Of each of the ${filters} filters: what the question asks for, xᵀM, times what the sentence has, y. Their sum is the similarity.`,
  strips: ["xᵀM", "y", "products"],
  differs: (value: number) => `The engine has ${pointed(value)} here: please report it.`,
  train: "Train again",
  retrain: "Train on the towns",
  stop: "Stop",
  open: "Open a file",
  openSays:
    "a checkpoint of receptive rank train, or questions with sentences of yours: CSV, TSV, JSON Lines, TREC QA",
  save: "Save the ranker",
};

/** What rankers are given beside the words. */
const given: { readonly [one in Counting]: string } = {
  all: "Regression and network are given all that is counted; the network reads the words as well.",
  overlap: "All are given words in common; the network reads the words as well.",
  none: "The network reads the words, and is given nothing that is counted.",
};
/** What a word looks like, as the ranker is told. */
const looks: { readonly [shape: string]: string } = {
  functional: "says little alone",
  mark: "is a mark",
  name: "looks like a name",
  number: "is a number",
  numeral: "is a number",
  year: "looks like a year",
  calendar: "is of the calendar",
};
/** Shapes that are told beside the word. */
export const told: ReadonlySet<string> = new Set(["name", "number", "numeral", "year", "calendar"]);
