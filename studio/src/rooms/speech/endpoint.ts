/** Where speech begins and ends in what a microphone gives. */

/** In seconds: kept before it began, and silence after which it has ended. */
const [before, after] = [0.25, 0.7];
/** Longer utterances are cut. */
const longest = 12;
/** Louder than the quietest of the last seconds by so much is speech, in decibels; and louder than this in any case. */
const [above, least] = [12, -50];

export interface Utterance {
  readonly samples: Float32Array;
  readonly rate: number;
  /** It has ended; else it is what was said so far. */
  readonly isDone: boolean;
}

export class Endpoint {
  readonly #rate: number;
  #blocks: Float32Array[] = [];
  #isSpeech = false;
  #quiet = 0;
  #floor = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** How loud the last block was, 0 to 1 over 60 dB. */
  level = 0;

  /** @returns what was said so far, where something is being said */
  push(block: Float32Array): Utterance | undefined {
    let power = 0;
    for (const value of block) power += value * value;
    const loud = 10 * Math.log10(power / block.length + 1e-12);
    this.level = Math.min(1, Math.max(0, 1 + loud / 60));
    const seconds = block.length / this.#rate;
    // The floor follows what is quiet at once, and what is loud slowly: 3 dB in a second.
    this.#floor = Math.min(loud, (this.#floor || loud) + 3 * seconds);
    const isLoud = loud > Math.max(this.#floor + above, least);
    this.#quiet = isLoud ? 0 : this.#quiet + seconds;
    this.#blocks.push(block);
    if (!this.#isSpeech && isLoud) this.#isSpeech = true;
    if (!this.#isSpeech) {
      while (this.#seconds > before) this.#blocks.shift();
      return undefined;
    }
    const isDone = this.#quiet >= after || this.#seconds > longest;
    const samples = this.#joined();
    if (isDone) {
      this.#isSpeech = false;
      this.#blocks = [];
    }
    return { samples, rate: this.#rate, isDone };
  }

  get #seconds(): number {
    return this.#blocks.reduce((sum, { length }) => sum + length, 0) / this.#rate;
  }

  #joined(): Float32Array {
    const all = new Float32Array(this.#blocks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const block of this.#blocks) {
      all.set(block, at);
      at += block.length;
    }
    return all;
  }
}
