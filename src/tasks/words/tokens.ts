/** Texts into words: by Kim's rules, by Unicode's, or at spaces. A tokeniser is a name, so that a file can hold it. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { text as aText } from "../../door/rules.js";
import { suggestion } from "../../door/spelling.js";

/**
 * How texts become words.
 *
 * "kim": the rules by which Kim cleans English (`clean_str` of his program): letters of ASCII, digits and (),!?'` stay,
 * everything else is a space; "isn't" becomes is n't, "he's" he 's; punctuation stands alone; lower case. "kim-cased" is the
 * same without the lower case, as he has it for TREC. Backslashes, which Python 2 left before brackets, are not reproduced.
 * "unicode": words of any script as Unicode's rules cut them (UAX 29, by `Intl.Segmenter`), with punctuation and symbols
 * one by one; composed alike (NFC), lower case. "unicode-cased" is the same without the lower case. Scripts without spaces are cut by the dictionaries of the machine.
 * "spaces": what stands between spaces, as it is, for texts that are cut into words already.
 */
export type Tokeniser = "kim" | "kim-cased" | "unicode" | "unicode-cased" | "spaces";

const tokenisers = {
  kim: (text: string) => kim(text).toLowerCase(),
  "kim-cased": kim,
  unicode: (text: string) => unicode(text).toLowerCase(),
  "unicode-cased": (text: string) => unicode(text),
  spaces: (text: string) => text,
} satisfies { readonly [name in Tokeniser]: (text: string) => string };

export const tokeniserNames = Object.keys(tokenisers) as Tokeniser[];

/** A function that cuts texts into words. @throws DataError where there is no such tokeniser */
export function tokeniser(name: Tokeniser): (text: string) => string[] {
  checkArgument("tokeniser", "the name", name, aText);
  if (!Object.hasOwn(tokenisers, name))
    throw new DataError(
      `tokeniser: there is no "${name}"; there are ${tokeniserNames.join(", ")}${suggestion(name, tokeniserNames)}`,
    );
  const spaced = tokenisers[name];
  return (text) => {
    checkArgument("tokeniser", "what is given", text, aText);
    return spaced(text).split(/\s+/u).filter(Boolean);
  };
}

/** In the order of Kim's program: an apostrophe that is in no ending stays where it is. */
function kim(text: string): string {
  return text
    .replace(/[^A-Za-z0-9(),!?'`]/g, " ")
    .replace(/'s/g, " 's")
    .replace(/'ve/g, " 've")
    .replace(/n't/g, " n't")
    .replace(/'re/g, " 're")
    .replace(/'d/g, " 'd")
    .replace(/'ll/g, " 'll")
    .replace(/[,!()?]/g, " $& ");
}

let segmenter: Intl.Segmenter | undefined;

function unicode(text: string): string {
  // No language is named: words would be cut otherwise on another machine.
  segmenter ??= new Intl.Segmenter("und", { granularity: "word" });
  return (
    text
      .normalize("NFC")
      // A mark behind a space belongs to it.
      .split(/[^\S\ufeff]+(?![\p{M}\p{Cf}])/u)
      .map((run) => (/^\w*$/.test(run) ? run : segments(run).join(" ")))
      .join(" ")
  );
}

/** What is cut at once: engines take time by the square of it. */
const atOnce = 1000;

/** Of a run without spaces, as whole books of some scripts are, part by part: what the end of one has cut begins the next. */
function segments(run: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < run.length) {
    const part = run.slice(at, at + atOnce);
    const isLast = at + atOnce >= run.length;
    const kept = isLast ? part.length : part.length / 2;
    let taken = 0;
    for (const { segment, index } of segmenter!.segment(part)) {
      if (index > kept) break;
      found.push(segment);
      taken = index + segment.length;
    }
    at += taken;
  }
  return found;
}
