/** What is known of English: words that say little alone, endings, and which kind of answer a question asks for. */

/** Words that stand in every text, and say little of what it is about. */
export const stopWords: ReadonlySet<string> = new Set(
  `a about after again all also am an and any are as at be because been before being between both but by can could did do
does doing down during each few for from further had has have having he her here hers herself him himself his how i if in
into is it its itself just me more most my myself no nor not now of off on once only or other our ours out over own same
she should so some such than that the their theirs them then there these they this those through to too under until up
very was we were what when where which while who whom whose why will with would you your yours 's n't 're 've 'll 'd s t
name named many much`.split(/\s+/),
);

/** Whether a word is one of those, or no word at all. */
export const isFunctional = (word: string): boolean => stopWords.has(word) || !/[\p{L}\p{N}]/u.test(word);

/**
 * A word without its ending, so that "played", "plays" and "playing" are one: fewer rules than Porter's, and blunter.
 * It is no word to be shown.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const bare = word
    .replace(/ies$|ied$/, "y")
    .replace(/(?<=..)(?:sses|shes|ches|xes)$/, (ending) => ending.slice(0, -2))
    .replace(/(?<=..[^s])s$/, "")
    .replace(/(?<=[a-z]{3})(?:ing|ed|er|or|ly|(?<=[a-z]{5})ion)$/, "");
  return bare.replace(/([bdgklmnprt])\1$/, "$1").replace(/(?<=..)[ey]$/, "");
}

/** What a question asks for. */
export const questionKinds = ["person", "time", "place", "number", "thing"] as const;
export type QuestionKind = (typeof questionKinds)[number];

const people =
  "president minister leader director manager founder author actor actress singer wife husband king queen inventor chairman mayor designer writer man woman person people biochemists doctor pilot member counterpart player coach ceo owner composer painter artist father mother son daughter brother sister";
const times = "year day date month century decade time season week";
const places =
  "city country state town place county continent nation capital island river mountain street province region hometown headquarters location";
const numbers = "many much far long old large tall high big deep fast often hot cold wide heavy few rich";
const amounts =
  "number population percentage percent age amount rate cost price value distance height length size limit salary";
const oneOf = (list: string): ReadonlySet<string> => new Set(list.split(" "));
const nouns = { person: oneOf(people), time: oneOf(times), place: oneOf(places), number: oneOf(amounts) };
const measures = oneOf(numbers);

/**
 * The kind of answer that a question asks for: by "who", "when", "where", "how many" and the like; of "what", "which" and
 * "name the …" by the first noun after it that is one of a short list.
 *
 * @param words  of the question, in small letters
 */
export function kindOf(words: readonly string[]): QuestionKind {
  const at = words.findIndex((word) => /^(who|whom|whose|when|where|how|what|which|name|why)$/.test(word));
  const asking = words[at];
  if (asking === undefined || asking === "why") return "thing";
  if (/^who/.test(asking)) return "person";
  if (asking === "when") return "time";
  if (asking === "where") return "place";
  const after = words.slice(at + 1);
  if (asking === "how") return measures.has(after[0] ?? "") ? "number" : "thing";
  for (const word of after.slice(0, 7))
    for (const kind of ["person", "time", "place", "number"] as const)
      if (nouns[kind].has(word) || nouns[kind].has(word.replace(/ies$/, "y").replace(/s$/, ""))) return kind;
  return "thing";
}

const months = oneOf(
  "january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday yesterday today century decade",
);
const numerals = oneOf(
  "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half percent",
);

/** What a word looks like, as far as an answer is concerned. */
export const wordShapes: readonly (WordShape | "")[] = [
  "",
  "plain",
  "functional",
  "mark",
  "name",
  "number",
  "numeral",
  "year",
  "calendar",
];

/** What a word looks like, capitals and digits counted. */
export type WordShape = "plain" | "functional" | "mark" | "name" | "number" | "numeral" | "year" | "calendar";

/** @param token  as it is written: capitals count */
export function shapeOf(token: string): WordShape {
  const word = token.toLowerCase();
  if (!/[\p{L}\p{N}]/u.test(token)) return "mark";
  if (/^(1[0-9]|20)\d\d(s|-\d\d)?$/.test(word)) return "year";
  if (/^[\p{Sc}]?\d/u.test(word)) return "number";
  if (months.has(word) && (word !== "may" || token === "May")) return "calendar";
  if (numerals.has(word)) return "numeral";
  if (stopWords.has(word)) return "functional";
  return /^\p{Lu}/u.test(token) ? "name" : "plain";
}
