import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeWav, soundOf } from "../../../src/audio/index.js";
import * as speech from "../../../src/tasks/speech/index.js";

const root = mkdtempSync(join(tmpdir(), "receptive-recordings-"));
afterAll(() => rmSync(root, { recursive: true }));

const tone = (samples = 400, rate = 8000) =>
  encodeWav(
    soundOf(
      Float32Array.from({ length: samples }, (_, i) => Math.sin(i / 3) / 2),
      rate,
    ),
  );

/** A folder with these files: those whose content is not said are tones. */
function folder(name: string, files: readonly (string | readonly [string, string | Uint8Array])[]): string {
  for (const file of files) {
    const [path, content] = typeof file === "string" ? [file, tone()] : file;
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), content);
  }
  return join(root, name);
}
const texts = ({ recordings }: speech.Recordings) => recordings.map(({ text }) => text);

describe("openRecordings", () => {
  test("of the Free Spoken Digit Dataset: class, speaker, and what is to be tested by", async () => {
    const path = folder("fsdd", [
      "7_theo_4.wav",
      "7_theo_5.wav",
      "0_van_der_berg_12.wav",
      "0_theo_0.wav",
      ".DS_Store",
    ]);
    const { train, test: held } = await speech.openRecordings(path);
    expect(train.recordings.map(({ text, speaker }) => [text, speaker])).toEqual([
      ["0", "van_der_berg"],
      ["7", "theo"],
    ]);
    expect(texts(held!)).toEqual(["0", "7"]);
    expect(String(train)).toBe("fsdd: 2 recordings of 2 classes");
  });

  test("of Speech Commands: folders, lists, speakers and noise", async () => {
    const path = folder("commands", [
      ...["yes", "no", "bed"].flatMap((word) => [0, 1, 2].map((n) => `${word}/0a7c2a8${n}_nohash_0.wav`)),
      "_background_noise_/hum.wav",
      ["_background_noise_/README.md", "from somewhere"],
      ["testing_list.txt", "yes/0a7c2a81_nohash_0.wav\nno/0a7c2a81_nohash_0.wav\n"],
      ["validation_list.txt", "bed/0a7c2a82_nohash_0.wav\n"],
    ]);
    const { train, test: held } = await speech.openRecordings(path);
    expect(texts(train).sort()).toEqual(["bed", "bed", "no", "no", "yes", "yes"]);
    expect(texts(held!)).toEqual(["no", "yes"]);
    expect(train.recordings[0].speaker).toMatch(/^0a7c2a8\d$/);
    expect(train.noise.length).toBe(1);

    const few = speech.listeningFor(train, { known: ["yes"], silence: 0.5, seed: 3 });
    expect(few.classes).toEqual(["silence", "unknown", "yes"]);
    expect(texts(few).sort()).toEqual(["silence", "silence", "unknown", "unknown", "yes", "yes"]);
    expect(() => speech.listeningFor(train, { known: ["yess"] })).toThrow(
      'commands: has no recordings of yess; there are bed, no, yes; did you mean "yes"?',
    );
  });

  test("of a folder with train and test in it, and of one class after the other", async () => {
    const path = folder("parts", ["train/a/1.wav", "train/b/2.wav", "test/a/3.wav"]);
    const { train, test: held } = await speech.openRecordings(path);
    expect([texts(train), texts(held!)]).toEqual([["a", "b"], ["a"]]);
  });

  test("of a table, with files as seen from it, and names of columns", async () => {
    const path = folder("table", [
      "clips/1.wav",
      "clips/2.wav",
      ["said.csv", 'path,sentence,speaker\nclips/1.wav,"Good morning, all",ann\n\nclips/2.wav,bye,bob\n'],
      ["other.tsv", "sound\twords\nclips/1.wav\thello\n"],
    ]);
    const { train } = await speech.openRecordings(join(path, "said.csv"));
    expect(train.recordings.map(({ text, speaker }) => [text, speaker])).toEqual([
      ["Good morning, all", "ann"],
      ["bye", "bob"],
    ]);
    const named = await speech.openRecordings(join(path, "other.tsv"), {
      fileColumn: "sound",
      textColumn: "words",
    });
    expect(texts(named.train)).toEqual(["hello"]);
    await expect(speech.openRecordings(join(path, "other.tsv"))).rejects.toThrow(
      /^other\.tsv: has the columns sound, words, expected one of file, path, .* for the files$/,
    );
  });

  test("leaves out what cannot be read, where that is wanted, and lists it", async () => {
    const path = folder("bad", ["a/1.wav", "a/2.wav", ["a/3.wav", "RIFF"], ["b/1.wav", tone(0)], "b/2.wav"]);
    await expect(speech.openRecordings(path)).rejects.toThrow(/3\.wav: has 4 bytes, expected a WAV file$/);
    const { train } = await speech.openRecordings(path, { skipBad: true });
    expect(texts(train)).toEqual(["a", "a", "b"]);
    expect(train.skipped.map(({ why }) => why)).toEqual(["has 4 bytes, expected a WAV file", "no samples"]);
  });

  test("leaves out what nobody can hear, and lists it: NaN among the samples, three of them a second", async () => {
    const broken = encodeWav(soundOf(Float32Array.of(0, Number.NaN, 1), 8000), { samples: "float" });
    const path = folder("deaf", ["a/1.wav", ["a/2.wav", broken], ["b/1.wav", tone(9, 3)], "b/2.wav"]);
    const { train } = await speech.openRecordings(path);
    expect(texts(train)).toEqual(["a", "b"]);
    expect(train.skipped.map(({ why }) => why)).toEqual([
      "NaN for sample 1, expected numbers",
      "3 samples a second, expected 1000 at least",
    ]);
  });

  test.each([
    ["empty", [".keep"], {}, "has no recordings, expected a folder of them for each class"],
    ["nameless", ["word.wav"], {}, "word.wav: its name says no class, expected CLASS_SPEAKER_NUMBER.wav"],
    ["hollow", ["a/1.wav", "b/notes.txt"], {}, "b: has no recordings"],
    ["columns", ["a/1.wav"], { textColumn: "x" }, "is a folder of recordings; columns are those of a table"],
  ])("says in a line what is wrong with a folder: %s", (name, files, options, message) =>
    expect(speech.openRecordings(folder(name, files), options)).rejects.toThrow(message),
  );
  test("that is not there", () =>
    expect(speech.openRecordings(join(root, "nowhere"))).rejects.toThrow(
      "there is no such table of recordings",
    ));
});

test("stringsOf joins words of one speaker, and follows from its seed", () => {
  const one = (text: string, speaker: string) => ({
    sound: soundOf(new Float32Array(100).fill(1), 1000),
    text,
    speaker,
  });
  const all = speech.recordingsOf("some", [one("a", "x"), one("b", "x"), one("c", "y")]);
  const made = speech.stringsOf(all, { count: 30, words: [2, 4], gap: [0.1, 0.1], seed: 5 });
  for (const { text, samples, speaker } of made.recordings) {
    const words = text.split(" ");
    expect(words.length).toBeGreaterThanOrEqual(2);
    expect(words.length).toBeLessThanOrEqual(4);
    expect(words.every((word) => (speaker === "x" ? "ab" : "c").includes(word))).toBe(true);
    expect(samples.length).toBe(200 * words.length - 100);
    expect(samples.reduce((a, b) => a + b)).toBe(100 * words.length);
  }
  expect(texts(speech.stringsOf(all, { count: 30, words: [2, 4], gap: [0.1, 0.1], seed: 5 }))).toEqual(
    texts(made),
  );
  expect(() => speech.stringsOf(all, { count: 1, words: [4, 2] })).toThrow(
    "stringsOf: words is [4, 2], expected two whole numbers from 1 on, the lesser one first",
  );
});

test("the made digits: as many of each, from other speakers to test by, the same for the same seed", () => {
  const { train, test: held } = speech.spokenDigits(3);
  expect([train.recordings.length, held!.recordings.length, train.classes.length]).toEqual([320, 120, 10]);
  for (const { samples } of train.recordings) {
    expect(samples.length / 8000).toBeGreaterThan(0.2);
    expect(samples.length / 8000).toBeLessThan(0.9);
    expect(Math.max(...samples.map(Math.abs))).toBeLessThan(1);
  }
  expect(speech.spokenDigits(3).train.recordings[7].samples).toEqual(train.recordings[7].samples);
});
