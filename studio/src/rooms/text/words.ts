/** What this room says. A translation is another file like this one. */
import { count, duration } from "../../../../src/formatting/numbers.js";
import type { Training } from "../../engine/tasks/protocol.js";
import type { ClassifierInfo, TextMethod } from "../../engine/tasks/text-asks.js";
import { certainty, counted, inWords, pointed, signedText } from "../../numbers/text.js";

const quoted = (words: readonly string[]): string => `“${words.join(" ")}”`;

export const textWords = {
  sentence: "Sentence",
  examples: [
    "the breakfast was not bad at all",
    "the pool was not good at all",
    "could you check the heating after dark , please ?",
    "the view was great , but the breakfast was stale",
  ],
  placeholder: "Type a sentence",
  waiting: "The classifier is being made.",
  learning: ({ epoch, epochs, loss, score }: Training) =>
    `Epoch ${epoch} of ${epochs}: the loss is ${pointed(Number(loss.toPrecision(3)))}${score === undefined ? "" : `, ${certainty(score)} of the test part are read rightly`}.`,
  begins: "Learning to read: the first epoch is on its way.",
  none: "There is no classifier yet: train one, or open a file.",
  empty: "Type a sentence: it becomes a matrix with a word in each row.",
  unknown: (words: readonly string[]) =>
    words.length === 1
      ? `${quoted(words)} did not occur in training, so there is nothing to read.`
      : `None of these ${inWords(words.length)} words occurred in training, so there is nothing to read.`,
  reading: (name: string, share: number, next: string | undefined, other: number) =>
    `Read as ${name}, ${certainty(share)}${next === undefined ? "" : `; next as ${next}, ${certainty(other)}`}.`,
  cell: (ngram: readonly string[], filter: number, width: number, value: number) =>
    `${ngram.length > 0 ? quoted(ngram) : "No word"}: filter ${filter + 1} of ${counted(width, "word")} gives ${pointed(value)}.`,
  won: (counts: number, name: string) => `Its greatest: it counts ${signedText(counts)} for ${name}.`,
  lost: (value: number, ngram: readonly string[]) =>
    `Its greatest is ${pointed(value)}, at ${quoted(ngram)}.`,
  silent: "Its greatest is not above 0, and counts nothing.",
  word: (word: string, value: number, name: string, filters: number, all: number) =>
    `“${word}” counts ${signedText(value)} for ${name}; ${filters === 0 ? "no" : filters} of ${all} filters found their greatest at it.`,
  unknownWord: (word: string) =>
    `“${word}” did not occur in training: it has the vector of all unknown words.`,
  about({
    origin,
    name,
    counts,
    accuracy,
    words,
    parameters,
    windows,
    classes,
    seconds: time,
    skipped,
  }: ClassifierInfo) {
    const filters = windows.reduce((sum, { filters }) => sum + filters, 0);
    const widths = windows.map(({ width }) => width);
    const made =
      origin === "file"
        ? `Opened from ${name}`
        : `Learned here from ${origin === "messages" ? `${count(counts!.train)} messages of guests to a hotel, made by a grammar` : `${counted(counts!.train, "text")} of ${name}`}${time === undefined ? "" : `, in ${duration(time)}`}`;
    const test =
      accuracy === undefined
        ? ""
        : ` Of ${count(counts!.test)} others ${certainty(accuracy)} are read rightly.`;
    const left = skipped > 0 ? ` ${counted(skipped, "line")} had no text or no label.` : "";
    return `${made}: ${counted(classes.length, "class", "classes")}, ${counted(words, "word")}, ${counted(filters, "filter")} over ${listed(widths)} words, ${count(parameters)} numbers in all.${test}${left}`;
  },
  cut: (n: number) => `${counted(n, "word")} more than this classifier reads: left out.`,
  methods: {
    winners: "Winners",
    occlusion: "Occlusion",
    "integrated-gradients": "Gradients",
  } satisfies { [K in TextMethod]: string },
  says: {
    winners:
      "Each filter's greatest value times its weight for the class goes to the words of its window, in equal parts. It does not say which of these words mattered.",
    occlusion:
      "How much the score falls when the word's vector is zeros. Two words that say the same hide each other's part.",
    "integrated-gradients":
      "The slope of the score along the way from zeros to the word's vector, added up over 64 steps. What words do together is shared out among them.",
  } satisfies { [K in TextMethod]: string },
  by: "Colour words by",
  matrix: "Sentence matrix",
  map: (width: number) => `${width} words`,
  greatest:
    "↑ The greatest over time: of each column the cell with a frame. A row stands beside the last word of its window. What is blue counts nothing after ReLU.",
  scores: "Scores",
  winners: "What won",
  winnersSay: (name: string) =>
    `Windows in which filters found their greatest, and what these count for ${name}, before softmax.`,
  bias: "bias of the class",
  filters: (n: number) => counted(n, "filter"),
  noWord: "no word",
  sum: (width: number, filter: number) =>
    `Filter ${filter + 1} of ${counted(width, "word")}, where it stands`,
  differs: (value: number) => `The engine has ${pointed(value)} here: please report it.`,
  train: "Train again",
  retrain: "Train on the messages",
  stop: "Stop",
  open: "Open a file",
  openSays:
    "a checkpoint of receptive classify-text train, or texts of yours: CSV, TSV, JSON Lines, lines with labels",
  save: "Save the classifier",
};

const listed = (numbers: readonly number[]): string =>
  numbers.length < 2
    ? String(numbers[0])
    : `${numbers.slice(0, -1).join(", ")} and ${numbers[numbers.length - 1]}`;
