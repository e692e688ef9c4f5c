/** What this room says. A translation is another file like this one. */
import { count, duration } from "../../../../src/formatting/numbers.js";
import type { Training } from "../../engine/tasks/protocol.js";
import type { RecogniserInfo } from "../../engine/tasks/speech-asks.js";
import { certainty, counted, pointed } from "../../numbers/text.js";

export const digitNames = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

export const speechWords = {
  none: "No network listens yet. One of 36 filters learns ten spoken digits in about ten seconds.",
  noneUnder:
    "It learns from 320 recordings of voices that are made by code, from tones with the formants of vowels. Of your own voice it will understand some digits; a checkpoint of receptive transcribe train understands what it was trained on.",
  learn: "Learn to hear digits",
  again: "Train again",
  noDigits: (words: readonly string[]) =>
    words.length === 0
      ? ""
      : `${words.map((word) => `“${word}”`).join(", ")}: no digit. The voices say ${digitNames.join(", ")}.`,
  stop: "Stop",
  begins: "Learning to hear: the first steps are on their way.",
  learning: ({ epoch, epochs, loss }: Training) =>
    `Epoch ${epoch.toFixed(1)} of ${epochs}: the loss is ${pointed(Number(loss.toPrecision(3)))}.`,
  waiting: "The sound is on its way.",
  reading: (text: string, share: number) =>
    text === "" ? `Nothing is heard, ${certainty(share)}.` : `Heard: “${text}”, ${certainty(share)}.`,
  frame: (seconds: number, name: string, share: number, next: string, other: number) =>
    `At ${seconds.toFixed(2)} s: ${name} ${certainty(share)}, ${next} ${certainty(other)}.`,
  loud: (seconds: number, what: string, value: number) =>
    `At ${seconds.toFixed(2)} s, ${what}: ${pointed(Number(value.toPrecision(3)))}.`,
  mel: (k: number, of: number) => `mel ${k + 1} of ${of}`,
  hertz: (f: number) => `${count(f)} Hz`,
  filterOf: (k: number, value: number, seconds: number) =>
    `Filter ${k + 1} gives ${pointed(Number(value.toPrecision(4)))} at ${seconds.toFixed(2)} s.`,
  nothing: "nothing",
  about({ origin, name, kind, classes, parameters, counts, accuracy, seconds }: RecogniserInfo) {
    const made =
      origin === "file"
        ? `Opened from ${name}`
        : `Learned here from ${count(counts!.train)} recordings of made-up voices, in ${duration(seconds!)}`;
    const what =
      kind === "words"
        ? `one of ${counted(classes.length, "class", "classes")} for a sound`
        : `${counted(classes.length - 1, "label")} one after the other`;
    const test =
      accuracy === undefined
        ? ""
        : ` Of ${count(counts!.test)} recordings of other voices ${certainty(accuracy)} are heard rightly.`;
    return `${made}: it hears ${what}, ${count(parameters)} weights.${test}`;
  },
  took: (ms: number) => `answered in ${Math.max(1, Math.round(ms))} ms`,
  speak: "Speak",
  quiet: "Microphone off",
  listening: "The microphone is on: say digits, with or without pauses. Nothing of it leaves this computer.",
  refused: (why: string) => `The microphone is not there: ${why}`,
  listen: "Play the sound",
  say: "An example says",
  voice: "Voice",
  show: "Spectrum",
  shows: { mel: "mel", all: "all frequencies" },
  wave: "Sound",
  spectrum: "Spectrum",
  spectrumSays: {
    mel: "What the network is given: loudness in decibels in bands that are narrow for low tones and wide for high ones.",
    all: "The same windows, all frequencies evenly, over 80 dB. The network does not see this.",
  },
  map: (k: number) => `Filter ${k + 1}`,
  scores: "Scores",
  scoresSay:
    "How likely each label is, frame by frame. “Nothing” stands between two labels, and where a label goes on.",
  path: "Frame by frame",
  pathSays: "The likeliest label of each frame. Equal neighbours become one, then “nothing” is left out.",
  kept: "What the search kept",
  keptSays:
    "Beginnings of a text are followed at once; of each all paths through the frames that say the same are added up.",
  classes: "The likeliest",
  greedy: (text: string) => `without a search: “${text}”`,
  filters: "Filters of the first layer",
  filtersSay: "Each slides over time and frequency. Press one to see its map.",
  open: "Open a file",
  openSays:
    "a WAV to hear (FLAC, MP3 and others where the browser reads them), or a checkpoint of receptive transcribe train",
  save: "Save the recogniser",
};
