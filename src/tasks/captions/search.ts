/** Which caption to say, of all that a network could: beam search. */
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, list, notNegative, oneOf, required, wholeOfAtLeast } from "../../door/rules.js";

/**
 * How captions of different lengths are compared, by the sum s of the logarithms of their n words' probabilities, the end being
 * one of them. "none": s, by which short ones win. "avg": s / n. "wu": s / ((5 + n) / 6)^α.
 */
export type LengthNormalisation = "none" | "avg" | "wu";

/** How a {@link BeamSearch} goes. */
export interface BeamSearchOptions {
  /** The number of the word that ends a caption. */
  end: number;
  /** Numbers of words that are never said; none if left out. */
  never?: readonly number[];
  /** So many captions are followed at once; 5 if left out, and 1 says the surest word each time. */
  beam?: number;
  /** "avg" if left out. */
  normalisation?: LengthNormalisation;
  /** α of "wu"; 0.7 if left out. */
  alpha?: number;
  /** So many words at most, without the end; 24 if left out. */
  longest?: number;
}

export const searchRules = {
  beam: fromOneOn,
  normalisation: oneOf("none", "avg", "wu"),
  alpha: notNegative,
  longest: fromOneOn,
} as const;

/** A caption that is begun, or, with its end, a whole one. */
export interface Sentence<T> {
  /** Numbers of its words, without the end. */
  readonly words: readonly number[];
  /** ln p of each word, and of a whole one of its end. */
  readonly logs: readonly number[];
  /** What was seen when each of these was said. */
  readonly seen: readonly T[];
  /** Σ ln p, in f64. */
  readonly logProbability: number;
}

/** A whole caption. */
export interface Finished<T> extends Sentence<T> {
  /** By which it is compared with others of other lengths. */
  readonly score: number;
}

/**
 * Beam search, one word at a time: whoever has the network asks for `open`, and takes it further by the logarithms of the
 * probabilities of all words behind each of these.
 *
 *     const search = new BeamSearch<void>({ end });
 *     while (!search.isDone) search.take(await logsOf(search.open), () => undefined);
 *     search.finished[0].words;
 *
 * The best of all continuations stay, as many as the beam is wide; those that end leave it, and it is narrower by them. Of equal
 * ones the first is better. It is done when none is open, or the worst that has ended beats what the best open one can come to.
 *
 * Wu et al.: Google's Neural Machine Translation System, arXiv:1609.08144, section 7 ("wu").
 */
export class BeamSearch<T> {
  readonly #options: Required<BeamSearchOptions>;
  readonly #never: ReadonlySet<number>;
  #open: readonly Sentence<T>[] = [{ words: [], logs: [], seen: [], logProbability: 0 }];
  #parents: readonly number[] = [0];
  #finished: readonly Finished<T>[] = [];

  constructor(given: BeamSearchOptions) {
    const options = optionsOf("BeamSearch", given, {
      ...searchRules,
      end: required(wholeOfAtLeast(0)),
      never: list("numbers of words"),
    });
    const { end, never = [], beam = 5, normalisation = "avg", alpha = 0.7, longest = 24 } = options;
    this.#options = { end, never, beam, normalisation, alpha, longest };
    this.#never = new Set(never);
  }

  /** What is to be taken further, the best first; the first time a single one without words. */
  get open(): readonly Sentence<T>[] {
    return this.#open;
  }

  /** Of each that is open, its place among those that were open before the last word. */
  get parents(): readonly number[] {
    return this.#parents;
  }

  /** Those that have ended, the best first. */
  get finished(): readonly Finished<T>[] {
    return this.#finished;
  }

  get isDone(): boolean {
    if (this.#open.length === 0) return true;
    const worst = this.#finished.at(-1);
    return worst !== undefined && worst.score >= this.#possible;
  }

  /** What the best that is open can come to at most: words of probability 1 up to the length that suits it best. */
  get #possible(): number {
    const [{ logProbability, words }] = this.#open;
    // The sum is below 0, so that it is best shared by many words.
    return Math.max(
      this.#scored(logProbability, words.length + 1),
      this.#scored(logProbability, this.#options.longest + 1),
    );
  }

  #scored(sum: number, length: number): number {
    const { normalisation, alpha } = this.#options;
    if (normalisation === "none") return sum;
    return sum / (normalisation === "avg" ? length : ((5 + length) / 6) ** alpha);
  }

  /**
   * One word further.
   *
   * @param logs  ln p of all words behind the first that is open, then of all behind the second, …; there may be more rows
   * @param seen  what was seen at a place of `open`
   * @throws RangeError where a word has no probability: NaN
   */
  take(logs: ArrayLike<number>, seen: (place: number) => T, words = logs.length / this.#open.length): void {
    checkArgument("BeamSearch: take", "the number of words", words, fromOneOn);
    const { end, beam, longest } = this.#options;
    const better: { place: number; word: number; sum: number }[] = [];
    const room = beam - this.#finished.length;
    this.#open.forEach((one, place) => {
      const isFull = one.words.length === longest;
      for (let word = 0; word < words; word++) {
        if (this.#never.has(word) || (isFull && word !== end)) continue;
        const log = logs[place * words + word];
        if (Number.isNaN(log)) throw new RangeError(`the probability of word ${word} is NaN`);
        const sum = one.logProbability + log;
        if (better.length === room && sum <= better[room - 1].sum) continue;
        let at = better.length;
        while (at > 0 && better[at - 1].sum < sum) at--;
        better.splice(at, 0, { place, word, sum });
        if (better.length > room) better.pop();
      }
    });
    const next: Sentence<T>[] = [];
    const parents: number[] = [];
    const finished = [...this.#finished];
    for (const { place, word, sum } of better) {
      const before = this.#open[place];
      const taken = {
        words: word === end ? before.words : [...before.words, word],
        logs: [...before.logs, logs[place * words + word]],
        seen: [...before.seen, seen(place)],
        logProbability: sum,
      };
      if (word === end) finished.push({ ...taken, score: this.#scored(sum, taken.logs.length) });
      else {
        next.push(taken);
        parents.push(place);
      }
    }
    // Stable: of equal ones the first stays the first.
    this.#finished = finished.sort((a, b) => b.score - a.score);
    this.#open = next;
    this.#parents = parents;
  }
}
