/** Strings of words out of recordings of single ones. */
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, notNegative, required, rule, wholeNumber } from "../../door/rules.js";
import { stringsOfWords } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import { atRate, collected, type Recording, type Recordings, someRecordings } from "./recordings.js";

/** How words are joined. */
export interface StringOptions {
  /** The fewest and the most words of a string; [3, 7] if left out. */
  words?: readonly [least: number, most: number];
  /** The shortest and the longest silence between two words, in seconds; [0, 0.2] if left out. */
  gap?: readonly [least: number, most: number];
}

const pairOf = (what: string, holds: (value: unknown) => boolean) =>
  rule(
    `two ${what}, the lesser one first`,
    (value) => Array.isArray(value) && value.length === 2 && value.every(holds) && value[0] <= value[1],
  );

export const stringRules = {
  words: pairOf("whole numbers from 1 on", fromOneOn.holds),
  gap: pairOf("numbers of seconds", notNegative.holds),
} as const;

/**
 * So many strings of words in a row, those of one string by one speaker where speakers are known. Of the silence between
 * words there is digital silence.
 */
export function stringsOf(
  recordings: Recordings,
  given: StringOptions & { count: number; seed?: number; rate?: number },
): Recordings {
  checkArgument("stringsOf", "what is given", recordings, someRecordings);
  const {
    count,
    seed = 0,
    rate = recordings.recordings[0].rate,
    ...how
  } = optionsOf("stringsOf", given, {
    ...stringRules,
    count: required(fromOneOn),
    seed: wholeNumber,
    rate: fromOneOn,
  });
  const join = joiner(recordings.recordings, { ...how, rate });
  return collected(
    `strings of ${recordings.name}`,
    Array.from({ length: count }, (_, i) => join(new RandomStream(seed, stringsOfWords, i), i)),
  );
}

/** A function that joins words at random. */
export function joiner(
  recordings: readonly Recording[],
  { words = [3, 7], gap = [0, 0.2], rate }: StringOptions & { rate: number },
): (random: RandomStream, index: number) => Recording {
  const bySpeaker = new Map<string, Recording[]>();
  for (const one of recordings) {
    const who = one.speaker ?? "";
    bySpeaker.set(who, [...(bySpeaker.get(who) ?? []), one]);
  }
  const speakers = [...bySpeaker.values()];
  return (random, index) => {
    const own = speakers[random.integer(speakers.length)];
    const count = words[0] + random.integer(words[1] - words[0] + 1);
    const pieces: Float32Array[] = [];
    const said: string[] = [];
    for (let i = 0; i < count; i++) {
      if (i > 0) pieces.push(new Float32Array(Math.round(rate * random.uniform(gap[0], gap[1]))));
      const one = own[random.integer(own.length)];
      pieces.push(atRate(one, rate));
      said.push(one.text);
    }
    const samples = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      samples.set(piece, at);
      at += piece.length;
    }
    const { speaker } = own[0];
    return {
      samples,
      rate,
      text: said.join(" "),
      place: `string ${index + 1}`,
      ...(speaker === undefined ? {} : { speaker }),
    };
  };
}
