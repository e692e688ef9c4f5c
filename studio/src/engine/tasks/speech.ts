/** The recogniser of the room Speech: trained here or opened, and what it hears in a sound. */
import { compile, encodeCheckpoint, explain, type FitEvent, tensor } from "receptive";
import { decibels, decodeSound, mono, spectrogram } from "receptive/audio";
import { speech } from "receptive/tasks";
import type { TaskRules, Training } from "./protocol.js";
import type { Heard, RecogniserInfo, SpeechAsks, Table } from "./speech-asks.js";
import { Turns } from "./turns.js";

type Recogniser = Awaited<ReturnType<typeof speech.load>>;

let at: Recogniser | undefined;
const turns = new Turns();
let digits: Required<ReturnType<typeof speech.spokenDigits>> | undefined;
const spoken = () => {
  digits ??= speech.spokenDigits() as Required<ReturnType<typeof speech.spokenDigits>>;
  return digits;
};

/** So small that it is learned in the tab within seconds, and each filter can be looked at. */
const own = {
  filters: [8, 12, 16],
  epochs: 8,
  batchSize: 8,
  lr: 0.008,
  masks: 1,
  strings: { words: [1, 2] },
} as const;
/** Beginnings that the search follows, and how many of them are shown. */
const search = { width: 16, most: 5 };
/** Of the picture of all frequencies, in decibels. */
const range = 80;
/** Between the digits of an example, in seconds. */
const gap = 0.12;

export const rules: TaskRules<SpeechAsks> = {
  async train({ seed }, tell) {
    const begun = performance.now();
    const [recogniser, about] = await turns.train(async (signal, isBegun) => {
      const { train, test } = spoken();
      let [step, last] = [0, 0];
      const recogniser = await speech.train(train, {
        ...own,
        seed,
        signal,
        onEvent: (event: FitEvent) => {
          if (event.kind !== "step") return;
          if (step++ === 0) isBegun();
          const now = performance.now();
          if (event.step < event.steps && now - last < 200) return;
          last = now;
          const { loss, steps } = event;
          tell({ epoch: step / steps, epochs: own.epochs, loss } satisfies Training);
        },
      });
      const { accuracy } = await recogniser.evaluate(test);
      const counts = { train: train.recordings.length, test: test.recordings.length };
      return [recogniser, { name: train.name, counts, accuracy }] as const;
    });
    const seconds = (performance.now() - begun) / 1000;
    return taken(recogniser, { ...about, origin: "digits", seconds });
  },

  async stop() {
    turns.stop();
    return {};
  },

  async open({ file }) {
    const recogniser = await turns.open(() => speech.load(file));
    return taken(recogniser, { name: file.name, origin: "file" });
  },

  async example({ digits: said, voice }) {
    const { recordings } = spoken().test;
    const speakers = [...new Set(recordings.map(({ speaker }) => speaker))];
    const speaker = speakers[(voice - 1) % speakers.length];
    const parts = said.map((digit, i) => {
      const takes = recordings.filter((one) => one.text === digit && one.speaker === speaker);
      if (takes.length === 0) throw new Error(`nobody says ${digit}`);
      return takes[i % takes.length];
    });
    const [{ rate }] = recordings;
    const silence = Math.round(gap * rate);
    const length = parts.reduce((sum, { samples }) => sum + samples.length + silence, 2 * silence);
    const samples = new Float32Array(length);
    let place = silence;
    for (const part of parts) {
      samples.set(part.samples, place);
      place += part.samples.length + silence;
    }
    return { samples, rate };
  },

  async read({ file }) {
    const sound = await decodeSound(new Uint8Array(await file.arrayBuffer()), file.name);
    return { samples: mono(sound), rate: sound.rate };
  },

  hear: async ({ sound: { samples, rate } }) => heard(here(), { rate, channels: [samples] }),

  async save() {
    return { file: encodeCheckpoint(await here().checkpoint()) };
  },
};

function here(): Recogniser {
  if (!at) throw new Error("there is no recogniser yet");
  return at;
}

async function heard(recogniser: Recogniser, sound: Parameters<Recogniser["look"]>[0]): Promise<Heard> {
  const begun = performance.now();
  const { hearing, classes, network } = recogniser;
  const { frontEnd, kind, units } = hearing;
  const { samples, rate, spectrum, frames, scores } = await recogniser.look(sound);
  const [, length, mels] = spectrum.shape;
  // Of sequences the spectrum goes on into silence that fills it up.
  const shown = kind === "words" ? length : Math.min(length, 2 * frames);
  const first = await explain.layerOutputs(network, spectrum, { layers: firstOf(recogniser) });
  const [{ output }] = first.values();
  const filters = output.shape[3];
  const values = (await output.data()) as Float32Array;
  const map = (k: number): Table => ({
    frames: shown,
    columns: mels,
    values: Float32Array.from({ length: shown * mels }, (_, i) => values[i * filters + k]),
  });
  const probabilities = scores.map(Math.exp);
  const table: Table = { frames, columns: classes.length, values: probabilities };
  const path = Array.from({ length: frames }, (_, t) => {
    const row = probabilities.subarray(t * classes.length, (t + 1) * classes.length);
    return row.indexOf(Math.max(...row));
  });
  const common = {
    sound: { samples: samples.slice(0, shown * frontEnd.hop), rate },
    spectrum: {
      frames: shown,
      columns: mels,
      values: ((await spectrum.data()) as Float32Array).slice(0, shown * mels),
    },
    linear: await linearOf(samples, frontEnd, shown),
    maps: Array.from({ length: filters }, (_, k) => map(k)),
    scores: table,
    path,
  };
  const textOf = (labels: readonly number[]) =>
    labels.map((label) => classes[label]).join(units === "words" ? " " : "");
  const kept =
    kind === "words"
      ? Array.from(probabilities, (probability, k) => ({ text: classes[k], probability }))
          .sort((a, b) => b.probability - a.probability)
          .slice(0, search.most)
      : speech
          .beam({ values: scores, classes: classes.length }, search)
          .map(({ labels, logProbability }) => ({
            text: textOf(labels),
            probability: Math.min(1, Math.exp(logProbability)),
          }));
  const greedy =
    kind === "words"
      ? kept[0].text
      : textOf(speech.greedy({ values: scores, classes: classes.length }).labels);
  return { ...common, text: kept[0].text, greedy, kept, milliseconds: performance.now() - begun };
}

/** Path of the first layer with filters. */
const firstOf = ({ network }: Recogniser): string =>
  [...network.parameters]
    .map(([path]) => path)
    .find((path) => path.endsWith(".filters"))!
    .replace(/\.filters$/, "");

/** All frequencies over time, with the front end's windows. */
async function linearOf(
  samples: Float32Array,
  { windowLength, hop }: Recogniser["hearing"]["frontEnd"],
  shown: number,
): Promise<Table> {
  const size = 2 ** Math.ceil(Math.log2(windowLength));
  // In whole steps, so that few lengths are compiled.
  const filled = new Float32Array(Math.ceil(samples.length / (50 * hop)) * 50 * hop);
  filled.set(samples);
  const of = compile((wave: ReturnType<typeof tensor>) =>
    decibels(spectrogram(wave, { size, windowLength, hop, padding: "zeros" }), { range }),
  );
  const loud = await of(tensor(filled, [1, filled.length]));
  const columns = loud.shape[2];
  const all = (await loud.data()) as Float32Array;
  const most = all.reduce((greatest, value) => Math.max(greatest, value), Number.NEGATIVE_INFINITY);
  const frames = Math.min(shown, loud.shape[1]);
  return {
    frames,
    columns,
    values: all.slice(0, frames * columns).map((value) => 1 + (value - most) / range),
  };
}

async function taken(
  recogniser: Recogniser,
  about: Pick<RecogniserInfo, "name" | "origin" | "counts" | "accuracy" | "seconds">,
): Promise<RecogniserInfo> {
  const { network, hearing, classes } = recogniser;
  const { kind, frontEnd } = hearing;
  const filters = network.parameters.get(`${firstOf(recogniser)}.filters`)!;
  const [height, width, , count] = filters.shape;
  let parameters = 0;
  for (const [, { shape }] of network.parameters) parameters += shape.reduce((a, b) => a * b, 1);
  at = recogniser;
  // What is spoken shall be answered at once: the programs of the first lengths are made now.
  for (const seconds of kind === "words" ? [1] : [0.4, 1.4, 2.4])
    await heard(recogniser, { rate: frontEnd.rate, channels: [new Float32Array(seconds * frontEnd.rate)] });
  const { rate, hop, mels, low, high } = frontEnd;
  const weights = (await filters.data()) as Float32Array;
  return {
    ...about,
    kind,
    classes,
    rate,
    hop,
    mels,
    low,
    high,
    parameters,
    filters: { height, width, count, weights },
  };
}
