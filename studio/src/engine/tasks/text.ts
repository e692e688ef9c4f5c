/** The classifier of the room Text: trained here or opened, and what it makes of a sentence. */
import { encodeCheckpoint, explain, type FitEvent, tensor } from "receptive";
import { text } from "receptive/tasks";
import type { TaskRules, Training } from "./protocol.js";
import type { ClassifierInfo, SeenMap, TextAsks, TextSight, Window } from "./text-asks.js";
import { Turns } from "./turns.js";

type Classifier = Awaited<ReturnType<typeof text.load>>;

let at: { classifier: Classifier; windows: readonly Window[] } | undefined;
const turns = new Turns();

/** So small that each filter can be looked at, and learned within seconds. */
const own = { size: 24, windows: [2, 3, 4], maps: 12 };
const ofMessages = { epochs: 30, lr: 0.005 };
/** Of texts without a test part one in so many is set apart. */
const apart = 5;

export const rules: TaskRules<TextAsks> = {
  async train({ file, seed }, tell) {
    const begun = performance.now();
    const [classifier, about] = await turns.train(async (signal, isBegun) => {
      const { train, test } = file ? partsOf(await text.openTexts(file)) : text.guestMessages();
      let of = 0;
      const classifier = await text.train(train, {
        ...own,
        ...(file ? { lr: 0.003 } : ofMessages),
        ...(test.texts.length > 0 && { validation: test }),
        seed,
        signal,
        onBegin: ({ epochs }) => {
          of = epochs;
          isBegun();
        },
        onEvent: (event: FitEvent) => {
          if (event.kind !== "epoch") return;
          const { epoch, loss, validation } = event;
          tell({ epoch, epochs: of, loss, score: validation?.accuracy } satisfies Training);
        },
      });
      const accuracy = test.texts.length > 0 ? (await classifier.evaluate(test)).accuracy : undefined;
      const counts = { train: train.texts.length, test: test.texts.length };
      return [classifier, { name: train.name, counts, accuracy, skipped: train.skipped.length }] as const;
    });
    const seconds = (performance.now() - begun) / 1000;
    return taken(classifier, { ...about, origin: file ? "own" : "messages", seconds });
  },

  async stop() {
    turns.stop();
    return {};
  },

  async open({ file }) {
    const classifier = await turns.open(() => text.load(file));
    return taken(classifier, { name: file.name, origin: "file", skipped: 0 });
  },

  async see({ text: given, method, target }) {
    const { classifier } = here();
    const { words, numbers, cut } = classifier.read(given);
    const isKnown = Array.from(numbers, (_, i) => classifier.reading.vocabulary.has(words[i]));
    const sight: TextSight = { text: given, words, isKnown, cut };
    if (!isKnown.includes(true)) return { ...sight, problem: words.length === 0 ? "empty" : "unknown" };
    const asked = target !== undefined && classifier.classes.includes(target) ? { target } : {};
    const [{ scores, probabilities }, found, winning] = [
      await classifier.predict(given),
      await text.explain(classifier, given, { method, ...asked }),
      await text.explain(classifier, given, asked),
    ];
    return {
      ...sight,
      seen: {
        ...(await mapsOf(classifier, numbers)),
        scores,
        probabilities,
        target: classifier.classes.indexOf(found.target),
        weights: await numbersOf(classifier, "scores.weights"),
        bias: await numbersOf(classifier, "scores.bias"),
        relevance: found.relevance,
        winners: (winning.winners ?? []).map(({ ngram, at: from, filters, contribution }) => ({
          ngram,
          from,
          filters,
          contribution,
        })),
      },
    };
  },

  async save() {
    return { file: await encodeCheckpoint(await here().classifier.checkpoint()) };
  },
};

function here() {
  if (!at) throw new Error("there is no classifier yet");
  return at;
}

/** Every so many-th text to test by: files often have one class after the other. */
function partsOf(all: Awaited<ReturnType<typeof text.openTexts>>) {
  const isApart = (i: number) => i % apart === apart - 1;
  const some = (which: (i: number) => boolean) => ({ ...all, texts: all.texts.filter((_, i) => which(i)) });
  return { train: some((i) => !isApart(i)), test: some(isApart) };
}

async function taken(
  classifier: Classifier,
  about: Pick<ClassifierInfo, "name" | "origin" | "counts" | "accuracy" | "skipped" | "seconds">,
): Promise<ClassifierInfo> {
  const { network, classes, reading } = classifier;
  const windows: Window[] = [];
  let parameters = 0;
  for (const [path, { shape }] of [...network.parameters, ...network.buffers]) {
    parameters += shape.reduce((a, b) => a * b, 1);
    const [, layer] = /^(conv\d+)\.filters$/.exec(path) ?? [];
    if (!layer) continue;
    const [width, , filters] = shape;
    windows.push({
      width,
      filters,
      weights: await numbersOf(classifier, path),
      bias: await numbersOf(classifier, `${layer}.bias`),
    });
  }
  at = { classifier, windows };
  const size = windows[0].weights.length / windows[0].width / windows[0].filters;
  return { ...about, classes, words: reading.vocabulary.words.length, size, windows, parameters };
}

const numbersOf = async ({ network }: Classifier, path: string): Promise<Float32Array> =>
  (await network.parameters.get(path)!.data()) as Float32Array;

/** The sentence matrix, and of each window its map with the winners of max over time. */
async function mapsOf(classifier: Classifier, numbers: Int32Array) {
  const { network, reading } = classifier;
  const { windows } = here();
  const length = reading.isFixed ? reading.longest : numbers.length;
  const words = new Int32Array(length);
  words.set(numbers);
  const layers = await explain.layerOutputs(network, { words: tensor(words, [1, length]) });
  const valuesOf = async (path: string) => (await layers.get(path)!.output.data()) as Float32Array;
  const widest = Math.max(...windows.map(({ width }) => width));
  const maps: SeenMap[] = [];
  for (const { width, filters } of windows) {
    const before = (reading.isFixed ? widest : width) - 1;
    // Where filling counts, windows of filling alone can win, too.
    const values = await valuesOf(`conv${width}`);
    const greatest = await valuesOf(`max${width}`);
    const at = Int32Array.from(greatest, (most, filter) => {
      let place = 0;
      while (values[place * filters + filter] !== most && place < values.length / filters - 1) place++;
      return place;
    });
    maps.push({ width, before, places: values.length / filters, filters, values, greatest, at });
  }
  const vectors = await valuesOf("vectors");
  // Without what fills the sentence up.
  return { vectors: vectors.slice(0, (vectors.length / length) * numbers.length), maps };
}
