import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, rule, text } from "../../door/rules.js";

/** How near sentences come to those of people. */
export interface BleuScores {
  /** BLEU-1, BLEU-2, …: geometric means of the precisions up to that length, times the brevity penalty. */
  readonly bleu: readonly number[];
  /** Of single words, of pairs, …: which share of them stands in a reference. */
  readonly precisions: readonly number[];
  /** What short answers are multiplied by. */
  readonly brevity: number;
  /** Words of all answers, and of the references that are nearest to them in length. */
  readonly length: number;
  readonly referenceLength: number;
}

const sentences = rule(
  "a list of sentences, each a list of words",
  (value) => Array.isArray(value) && value.every((words) => Array.isArray(words) && words.every(text.holds)),
);

/**
 * BLEU over a whole set of sentences.
 *
 *     p_n  = Σ clipped counts of n-grams / Σ n-grams of the answers, both over all sentences before they are divided
 *     BLEU-n = min(1, e^(1 − r / c)) · (p_1 · … · p_n)^(1/n)
 *
 * An n-gram of an answer counts as often at most as it stands in the reference that has it most often. c are the words of
 * all answers, r those of the reference of each that is nearest in length, of two as near the shorter. Nothing is smoothed:
 * without a common n-gram BLEU-n is 0.
 *
 * @param answers     the words of each sentence
 * @param references  the words of all references of each
 * @param options     `longest`: n-grams of up to so many words, 4 if left out
 * @throws RangeError where there are not as many of both, or a sentence has no reference
 * Papineni, Roukos, Ward, Zhu: BLEU: a Method for Automatic Evaluation of Machine Translation, ACL 2002.
 */
export function bleu(
  answers: readonly (readonly string[])[],
  references: readonly (readonly (readonly string[])[])[],
  options: { longest?: number } = {},
): BleuScores {
  const { longest = 4 } = optionsOf("bleu", options, { longest: fromOneOn });
  checkArgument("bleu", "the list of answers", answers, sentences);
  checkArgument(
    "bleu",
    "the list of references",
    references,
    rule(
      "of each answer a list of sentences, each a list of words",
      (value) => Array.isArray(value) && value.every(sentences.holds),
    ),
  );
  if (answers.length !== references.length)
    throw new RangeError(`bleu: there are ${answers.length} answers, and references of ${references.length}`);
  const [right, all] = [new Float64Array(longest), new Float64Array(longest)];
  let [length, referenceLength] = [0, 0];
  answers.forEach((answer, i) => {
    const own = references[i];
    if (own.length === 0) throw new RangeError(`bleu: answer ${i + 1} has no reference`);
    length += answer.length;
    referenceLength += nearest(answer.length, own);
    for (let n = 1; n <= longest; n++) {
      const most = new Map<string, number>();
      for (const reference of own)
        for (const [gram, count] of gramsOf(reference, n))
          most.set(gram, Math.max(most.get(gram) ?? 0, count));
      for (const [gram, count] of gramsOf(answer, n)) {
        right[n - 1] += Math.min(count, most.get(gram) ?? 0);
        all[n - 1] += count;
      }
    }
  });
  const precisions = Array.from(right, (count, i) => (all[i] === 0 ? 0 : count / all[i]));
  const brevity = length === 0 ? 0 : length >= referenceLength ? 1 : Math.exp(1 - referenceLength / length);
  const scores = precisions.map((_, i) => {
    const own = precisions.slice(0, i + 1);
    if (own.includes(0)) return 0;
    return brevity * Math.exp(own.reduce((sum, p) => sum + Math.log(p), 0) / own.length);
  });
  return { bleu: scores, precisions, brevity, length, referenceLength };
}

function nearest(length: number, references: readonly (readonly string[])[]): number {
  const far = (n: number) => Math.abs(n - length);
  return references
    .map((reference) => reference.length)
    .reduce((a, b) => (far(b) < far(a) || (far(b) === far(a) && b < a) ? b : a));
}

/** How often each run of n words stands in a sentence. Words are joined by what no word holds. */
function gramsOf(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const gram = words.slice(i, i + n).join("\u0000");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/**
 * The words of a caption as they are compared: in small letters, without punctuation; what stands behind an apostrophe is a
 * word of its own ("dog 's", "do n't").
 */
export function captionWords(caption: string): string[] {
  checkArgument("captionWords", "the caption", caption, text);
  return caption
    .normalize("NFC")
    .toLowerCase()
    .replaceAll("’", "'")
    .replace(/n't\b/g, " n't")
    .replace(/'(s|m|d|ll|re|ve)\b/g, " '$1")
    .split(/\s+/)
    .map((word) =>
      word.replace(/^[^\p{L}\p{N}']+|[^\p{L}\p{N}]+$/gu, "").replace(/^'(?!(s|m|d|ll|re|ve)$)/, ""),
    )
    .filter((word) => word !== "");
}
