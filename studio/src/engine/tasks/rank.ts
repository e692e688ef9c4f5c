/** The ranker of the room Rank: trained here or opened, and what it makes of a question and its candidates. */
import { encodeCheckpoint, type FitEvent } from "receptive";
import { pairs } from "receptive/tasks";
import type { TaskRules, Training } from "./protocol.js";
import type {
  CandidateSource,
  Measured,
  PairFilters,
  RankAsks,
  RankedSentence,
  RankerInfo,
  RankSight,
} from "./rank-asks.js";
import { Turns } from "./turns.js";

type Ranker = Awaited<ReturnType<typeof pairs.load>>;
type Questions = ReturnType<typeof pairs.questionsOf>;

let at: { ranker: Ranker; questions: Questions; sentences: readonly string[] } | undefined;
/** The last that was ranked: another of its sentences is looked at without doing so again. */
let last: { asked: string; ranked: readonly RankedSentence[] } | undefined;
const turns = new Turns();
let towns: ReturnType<typeof pairs.townQuestions> | undefined;
const questionsOfTowns = () => {
  towns ??= pairs.townQuestions();
  return towns;
};

/** So small that it is learned within seconds, and each filter can be looked at. */
const own = {
  size: 16,
  marks: 8,
  maps: 24,
  hidden: 16,
  dropout: 0.2,
  epochs: 8,
  batchSize: 16,
  lr: 0.003,
  weightDecay: 0.002,
} as const;
/** Of a file's questions one in so many is set apart. */
const apart = 5;
/** More sentences are not searched while one types. */
const mostSentences = 1000;

export const rules: TaskRules<RankAsks> = {
  async train({ file, counting, seed }, tell) {
    const begun = performance.now();
    const [ranker, test, about] = await turns.train(async (signal, isBegun) => {
      const { train, test } = file ? partsOf(await pairs.openQuestions(file)) : questionsOfTowns();
      const ranker = await pairs.train(train, {
        ...own,
        features: counting,
        seed,
        signal,
        onBegin: () => isBegun(),
        onEvent: (event: FitEvent) => {
          if (event.kind !== "epoch") return;
          tell({ epoch: event.epoch, epochs: own.epochs, loss: event.loss } satisfies Training);
        },
      });
      const measures: Measured[] = [];
      for (const method of ["bm25", "regression", "network"] as const) {
        // A regression on nothing learns nothing.
        if (method === "regression" && counting === "none") continue;
        const one = method === "network" ? ranker : await pairs.train(train, { method, features: counting });
        const { questions, map, mrr } = (await one.evaluate(test)).mixed;
        if (questions > 0) measures.push({ method, questions, map, mrr });
      }
      const counts = { train: train.questions.length, test: test.questions.length };
      const skipped = train.skipped.length;
      return [ranker, test, { name: train.name, counting, counts, measures, skipped }] as const;
    });
    const seconds = (performance.now() - begun) / 1000;
    return taken(ranker, test, { ...about, origin: file ? "own" : "towns", seconds });
  },

  async stop() {
    turns.stop();
    return {};
  },

  async open({ file }) {
    const ranker = await turns.open(() => pairs.load(file));
    return taken(ranker, questionsOfTowns().test, { name: file.name, origin: "file", skipped: 0 });
  },

  async see({ question, from: wanted, lines, candidate }) {
    const { ranker } = here();
    const { words, isKnown } = ranker.read(question);
    const { from, candidates, known } = candidatesFor(question, wanted, lines);
    const sight = { question, words, isKnown, from, ranked: [], place: 0 };
    if (words.length === 0) return { ...sight, problem: "empty" };
    if (candidates.length === 0) return { ...sight, problem: "none" };
    if (!isReadable(words, isKnown, candidates)) return { ...sight, problem: "unknown" };
    const asked = JSON.stringify([question, candidates]);
    if (last?.asked !== asked) {
      const ranked = await ranker.rank(question, candidates);
      last = {
        asked,
        ranked: ranked.map((one) => ({
          ...one,
          ...(known.has(one.text) && { answers: known.get(one.text) }),
        })),
      };
    }
    const { ranked } = last;
    const place = Math.max(
      0,
      ranked.findIndex(({ index }) => index === candidate - 1),
    );
    return { ...sight, ranked, place, seen: await ranker.look(question, ranked[place].text) } as RankSight;
  },

  async save() {
    return { file: await encodeCheckpoint(await here().ranker.checkpoint()) };
  },
};

function here() {
  if (!at) throw new Error("there is no ranker yet");
  return at;
}

/** What is ranked for a question, and of which sentences the data says whether they answer it. */
function candidatesFor(
  question: string,
  wanted: CandidateSource,
  lines: string,
): { from: CandidateSource; candidates: readonly string[]; known: ReadonlyMap<string, boolean> } {
  const { ranker, questions, sentences } = here();
  const its = questions.questions.find(({ text }) => text === question.trim());
  const known = new Map(its?.candidates.map(({ text, relevant }) => [text, relevant]));
  if (wanted === "own") {
    const candidates = lines.split("\n").filter((line) => ranker.read(line).words.length > 0);
    return { from: "own", candidates, known: new Map() };
  }
  if (wanted === "question" && its)
    return { from: "question", candidates: its.candidates.map(({ text }) => text), known };
  return { from: "all", candidates: sentences, known };
}

/** Whether a word of the question is known, or stands in a candidate. */
function isReadable(
  words: readonly string[],
  isKnown: readonly boolean[],
  candidates: readonly string[],
): boolean {
  const said = words.filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.some((word, i) => isKnown[i] && said.includes(word))) return true;
  const asked = new Set(said.map((word) => word.toLowerCase()));
  return candidates.some((one) =>
    here()
      .ranker.read(one)
      .words.some((word) => asked.has(word.toLowerCase())),
  );
}

/** Every so many-th question to test by. */
function partsOf(all: Questions): { train: Questions; test: Questions } {
  const isApart = (i: number) => i % apart === apart - 1;
  const some = (which: (i: number) => boolean) => ({
    ...all,
    questions: all.questions.filter((_, i) => which(i)),
  });
  return { train: some((i) => !isApart(i)), test: some(isApart) };
}

async function taken(
  ranker: Ranker,
  questions: Questions,
  about: Pick<RankerInfo, "name" | "origin" | "counting" | "counts" | "measures" | "skipped" | "seconds">,
): Promise<RankerInfo> {
  const { network, method, reading } = ranker;
  let parameters = 0;
  for (const [, { shape }] of network.parameters) parameters += shape.reduce((a, b) => a * b, 1);
  const numbers = async (path: string) => (await network.parameters.get(path)!.data()) as Float32Array;
  const filtersOf = async (text: "question" | "candidate"): Promise<PairFilters> => {
    const [width, , filters] = network.parameters.get(`${text}Conv.filters`)!.shape;
    return {
      width,
      filters,
      weights: await numbers(`${text}Conv.filters`),
      bias: await numbers(`${text}Conv.bias`),
    };
  };
  const all = new Set(questions.questions.flatMap(({ candidates }) => candidates.map(({ text }) => text)));
  const sentences = [...all].slice(0, mostSentences);
  const filters =
    method === "network"
      ? { filters: { question: await filtersOf("question"), candidate: await filtersOf("candidate") } }
      : {};
  at = { ranker, questions, sentences };
  last = undefined;
  return {
    ...about,
    ...filters,
    method,
    words: reading.vocabulary?.words.length ?? 0,
    parameters,
    examples: questions.questions.slice(0, 5).map(({ text }) => text),
    sentences: sentences.length,
  };
}
