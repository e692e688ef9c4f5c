/** What the views say in which networks learn beside each other. */
import { count } from "../../../../../src/formatting/numbers.js";
import { capital, certainty, inWords } from "../../../numbers/text.js";

export const trialWords = {
  shuffledReady: "Does it matter where a pixel stands? Let two networks learn, then shuffle the pixels.",
  shuffledUnder: (a: number | undefined, b: number | undefined) =>
    `LeNet-5 ${a ? `with ${count(a)} weights ` : ""}looks at neighbours first; the dense network${b ? ` with ${count(b)}` : ""} sees all pixels at once. The same order for every picture: nothing is lost but the neighbourhood.`,
  shuffling: (name: string, isShuffled: boolean, step: number, steps: number) =>
    `${name} ${isShuffled ? "the shuffled digits" : "the digits"}: step ${count(step)} of ${count(steps)}.`,
  shuffled: (before: number, after: number, dense: number, denseAfter: number) =>
    `Shuffled, LeNet-5 reads ${certainty(after)} in place of ${certainty(before)}; the dense network ${certainty(denseAfter)} in place of ${certainty(dense)}.`,
  shuffledAfter:
    "The dense network does not notice: to it no pixel is next to another. LeNet-5 loses what it assumes, that neighbours belong together and that a pattern means the same everywhere.",
  filters: "Filters of LeNet-5's first layer. Without neighbours there are no strokes to find.",

  graftReady: (held: number, of: number) =>
    held === 0
      ? "All filters learn. Put a kernel into the first layer, and it stays."
      : `${capital(inWords(held))} of ${inWords(of)} filters are kernels that people designed. Train the rest.`,
  graftUnder:
    "A kernel that is put into the first layer stays as it is; all other weights learn. Beside it the same network learns its filters, too.",
  grafting: (step: number, steps: number) => `Both learn: step ${count(step)} of ${count(steps)}.`,
  grafted: (hand: number, learned: number) =>
    `With kernels by hand it reads ${certainty(hand)} of the test pictures, with learned filters ${certainty(learned)}.`,
  nearest: (name: string, isNegative: boolean) => `${isNegative ? "−" : ""}${name}`,
  nearestUnder:
    "Beside each learned filter the classic kernel that it is nearest to, and their cosine: 1 is the same but for its strength, 0 has nothing in common.",
} as const;
