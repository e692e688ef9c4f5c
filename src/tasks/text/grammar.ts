/** Messages out of a grammar, so that everything can be tried without a file. */
import { optionsOf } from "../../door/options.js";
import { fromOneOn, wholeNumber } from "../../door/rules.js";
import { textsToTest, textsToTrain } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import { type LabelledTexts, labelledTexts } from "./data.js";

/** A way to say something: words, of which those in brackets stand for any of a list, and "a|b" for either. */
interface Rules {
  readonly [name: string]: readonly string[];
}

/**
 * What guests write to a hotel: complaint, praise, question, request. That a room is "not quiet at all" and another "not bad
 * at all" takes two words and more to tell, which is what windows are for.
 */
const rules: Rules = {
  complaint: [
    "[begin] the [thing] was [very] [bad]",
    "[begin] the [thing] was not [good] at all",
    "i did not like the [thing] , it was [very] [bad]",
    "nobody [cared] about the [thing] [when]",
    "we waited an hour for the [thing] , which was [bad]",
    "the [thing] was [good] , but the [thing] was [very] [bad]",
    "[when] the [thing] [broke] again",
    "far too [bad] , this [thing]",
  ],
  praise: [
    "[begin] the [thing] was [very] [good]",
    "[begin] the [thing] was not [bad] at all",
    "i did like the [thing] , it was [very] [good]",
    "everybody [cared] about the [thing] [when]",
    "thank you for the [good] [thing] [when]",
    "the [thing] was [bad] , but the [thing] was [very] [good]",
    "[when] the [thing] was as [good] as ever",
    "never had such a [good] [thing]",
  ],
  question: [
    "[asking] the [thing] [good] [when] ?",
    "[asking] there a [thing] [when] ?",
    "when does the [thing] open [when] ?",
    "how do i find the [thing] ?",
    "what does the [thing] cost [when] ?",
    "could you tell me whether the [thing] is [good] ?",
    "who takes care of the [thing] [when] ?",
  ],
  request: [
    "please [do] the [thing] [when]",
    "could you [do] the [thing] [when] , please ?",
    "i would like you to [do] the [thing] , it is [very] [bad]",
    "we need a [good] [thing] [when] , please",
    "would somebody [do] the [thing] [when] ?",
    "[do] the [thing] if you can , it was not [good]",
  ],
  begin: ["i must say", "to be honest ,", "all in all", "for me", "well ,", ""],
  thing: [
    "room",
    "breakfast",
    "shower",
    "bed",
    "coffee",
    "pool",
    "garden",
    "lift",
    "window",
    "tea",
    "dinner",
    "bathroom",
    "terrace",
    "heating",
    "internet",
    "towel",
    "view",
    "reception",
    "parking place",
    "kettle",
  ],
  good: [
    "good",
    "nice",
    "great",
    "quiet",
    "clean",
    "warm",
    "friendly",
    "wonderful",
    "tasty",
    "fresh",
    "lovely",
    "comfortable",
  ],
  bad: [
    "bad",
    "poor",
    "noisy",
    "dirty",
    "cold",
    "rude",
    "terrible",
    "stale",
    "damp",
    "awful",
    "broken",
    "slow",
  ],
  very: ["very", "really", "rather", "so", "quite", ""],
  cared: ["cared", "knew", "asked", "thought"],
  when: [
    "this morning",
    "last night",
    "on monday",
    "yesterday",
    "at noon",
    "the whole week",
    "after dark",
    "",
  ],
  broke: ["broke", "failed", "stopped working", "was out of order"],
  asking: ["is", "was", "will be", "isn't"],
  do: ["clean", "repair", "change", "bring", "check", "move", "book", "prepare"],
};

const kinds = ["complaint", "praise", "question", "request"] as const;

/**
 * Messages of guests to a hotel, each a complaint, praise, a question or a request, the same for the same seed. Those to
 * train on and those to test by are others, but come from the same grammar: what is reached on them says nothing of other texts.
 *
 * @param options.train  how many to train on; 800 if left out
 * @param options.test   how many to test by; 200 if left out
 */
export function guestMessages(options: { train?: number; test?: number; seed?: number } = {}): {
  train: LabelledTexts;
  test: LabelledTexts;
} {
  const {
    train = 800,
    test = 200,
    seed = 0,
  } = optionsOf("guestMessages", options, {
    train: fromOneOn,
    test: fromOneOn,
    seed: wholeNumber,
  });
  const told = new Set<string>();
  const some = (count: number, stream: number) => {
    const random = new RandomStream(seed, stream, 1);
    const made = Array.from({ length: count }, (_, i) => {
      const label = kinds[i % kinds.length];
      let text = spoken(label, random);
      // Rules have an end, and so have the messages: after some tries one is said again.
      for (let tries = 0; told.has(text) && tries < 20; tries++) text = spoken(label, random);
      return { label, text };
    });
    for (const { text } of made) told.add(text);
    return labelledTexts("messages", made);
  };
  return { train: some(train, textsToTrain), test: some(test, textsToTest) };
}

function spoken(rule: string, random: RandomStream): string {
  const ways = rules[rule];
  return ways[random.integer(ways.length)]
    .replace(/\[(\w+)\]/g, (_, name: string) => spoken(name, random))
    .replace(/\s+/g, " ")
    .trim();
}
