import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeSpeed, soundOf } from "../../../src/audio/index.js";
import * as speech from "../../../src/tasks/speech/index.js";
import { save } from "../../../src/training/opened-checkpoint.js";

const folder = mkdtempSync(join(tmpdir(), "receptive-speech-"));
afterAll(() => rmSync(folder, { recursive: true }));

const digits = speech.spokenDigits();
const soundsOf = ({ recordings }: Pick<speech.Recordings, "recordings">) =>
  recordings.map(({ samples, rate }) => soundOf(samples, rate));

describe("single words", () => {
  let recogniser: speech.SpeechRecogniser;
  beforeAll(async () => {
    recogniser = await speech.train(digits.train, {
      filters: [8, 16, 24],
      epochs: 25,
      batchSize: 16,
      lr: 0.01,
      seed: 1,
    });
  }, 120_000);

  test("of voices that were not heard in training are understood", async () => {
    const { accuracy, count, confusion, mistakes } = await recogniser.evaluate(digits.test!);
    expect(count).toBe(120);
    expect(accuracy).toBeGreaterThan(0.85);
    expect(mistakes.length).toBe(Math.round(count * (1 - accuracy)));
    expect(confusion!.flat().reduce((a, b) => a + b)).toBe(120);
  });

  test("a file of it hears the same, alone and among others, at another rate and loudness, in two channels", async () => {
    const file = join(folder, "words.safetensors");
    await recogniser.save(file);
    const again = await speech.load(file);
    expect(String(again)).toBe(
      "speech recogniser of 10 classes (eight, five, four, nine, one, seven, six, three, two, zero), trained on spoken digits",
    );
    const some = soundsOf(digits.test!).slice(0, 3);
    const together = await recogniser.predict(some);
    for (const [i, sound] of some.entries()) {
      const alone = await again.predict(sound);
      expect(alone.text).toBe(together[i].text);
      alone.probabilities!.forEach((p, c) => {
        expect(p).toBeCloseTo(together[i].probabilities![c], 4);
      });
    }
    const [{ channels, rate }] = some;
    const quiet = await again.predict(
      soundOf(
        channels[0].map((v) => v / 50),
        rate,
      ),
    );
    expect(quiet.probability).toBeCloseTo(together[0].probability, 2);
    const finer = changeSpeed(channels[0], 0.5);
    const other = await again.predict(soundOf([finer, finer], 2 * rate));
    expect(other.text).toBe(together[0].text);
  });

  test("of a long recording the loudest stretch counts", async () => {
    const [{ samples, rate, text }] = digits.train.recordings;
    const long = new Float32Array(5 * rate);
    long.set(samples, 3 * rate);
    expect((await recogniser.predict(soundOf(long, rate))).text).toBe(text);
  });
  test("of digital silence there is an answer, and no NaN", async () => {
    const { probability } = await recogniser.predict(soundOf(new Float32Array(4000), 8000));
    expect(probability).toBeGreaterThan(0);
  });
  test.each([
    [{ kind: "song" }, 'its kind is "song"'],
    [{ units: 3 }, "its units are 3"],
    [{ window: 1e15 }, "its window has 1000000000000000 samples, expected 1 to 48000000"],
    [{ window: 40_000 }, /^it hears 251×32×1, and its network takes \d+×32×1$/],
    [{ frontEnd: null }, "rate of its front end is undefined"],
    [{ frontEnd: { hop: 0 } }, "hop of its front end is 0"],
    [{ frontEnd: { mels: 1e9 } }, "mels of its front end is 1000000000"],
    [{ frontEnd: { low: 5000 } }, "low of its front end is 5000"],
    [{ frontEnd: { mels: 64 } }, /^it hears \d+×64×1, and its network takes \d+×32×1$/],
  ])("a file with %j is damaged, in one line", async (wrong, said) => {
    const checkpoint = await recogniser.checkpoint();
    const before = checkpoint.notes as { frontEnd: object };
    const given = wrong as { frontEnd?: object | null };
    const frontEnd = given.frontEnd === null ? null : { ...before.frontEnd, ...given.frontEnd };
    const file = join(folder, "damaged.safetensors");
    await save(file, { ...checkpoint, notes: { ...before, ...wrong, frontEnd } });
    const message = await speech.load(file).catch((error: Error) => error.message);
    const start = `${file}: the recogniser is damaged: `;
    expect(message).toMatch(start);
    if (typeof said === "string") expect(message).toBe(start + said);
    else expect(String(message).slice(start.length)).toMatch(said);
  });
  test("says what is wrong", async () => {
    await expect(recogniser.predict(soundOf(new Float32Array(), 8000))).rejects.toThrow(
      "predict: the sound has no samples",
    );
    await expect(recogniser.predict(soundOf(Float32Array.of(0, Number.NaN), 8000))).rejects.toThrow(
      "predict: the sound has NaN for sample 1, expected numbers",
    );
    await expect(recogniser.predict({} as never)).rejects.toThrow(
      /^predict: the sound is .*, expected \{ rate, channels \}/,
    );
    await expect(recogniser.predict({ rate: 8000, channels: [] })).rejects.toThrow(
      /^predict: the sound is .*, expected \{ rate, channels \}/,
    );
    const [one] = digits.test!.recordings;
    await expect(
      recogniser.evaluate({ name: "x", recordings: [{ ...one, text: "ten", place: "ten.wav" }] }),
    ).rejects.toThrow(/^ten\.wav: the class "?ten"? is none of those trained on, eight, /);
    await expect(
      recogniser.evaluate({ name: "x", recordings: [{ ...one, rate: 1, place: "one.wav" }] }),
    ).rejects.toThrow("one.wav: has 1 samples a second, expected 1000 at least");
  });
});

test("options of a training are refused by name before anything is made", async () => {
  const trained = (options: object) => speech.train(digits.train, options as speech.SpeechTrainingOptions);
  await expect(trained({ validation: 5 })).rejects.toThrow(
    "train: validation is 5, expected recordings, as openRecordings and recordingsOf give them",
  );
  await expect(trained({ noise: 2 })).rejects.toThrow("train: noise is 2, expected a share of 0 to 1");
  await expect(trained({ masks: 1.5 })).rejects.toThrow(/^train: masks is 1.5, expected a whole number/);
});

describe("strings of words", () => {
  test("are read in their order; a string is the same alone, and among longer ones", async () => {
    const few = speech.recordingsOf(
      "three digits",
      digits.train.recordings
        .filter(({ text }) => ["one", "six", "three"].includes(text))
        .map((one) => ({ ...one, sound: soundOf(one.samples, one.rate) })),
    );
    const recogniser = await speech.train(few, {
      strings: { words: [1, 3] },
      filters: [8, 16, 24],
      epochs: 40,
      batchSize: 16,
      lr: 0.01,
      seed: 1,
    });
    expect(recogniser.classes).toEqual(["", "one", "six", "three"]);
    const held = speech.stringsOf(few, { words: [1, 3], count: 40, seed: 9 });
    // What is looked at is what is read.
    const [first] = held.recordings;
    const sound = { rate: first.rate, channels: [first.samples] };
    const sight = await recogniser.look(sound);
    const { labels } = speech.greedy({ values: sight.scores, classes: recogniser.classes.length });
    expect(sight.scores).toHaveLength(sight.frames * recogniser.classes.length);
    expect(labels.map((label) => recogniser.classes[label]).join(" ")).toBe(
      (await recogniser.predict(sound)).greedy,
    );
    expect(sight.spectrum.shape[1]).toBeGreaterThanOrEqual(2 * sight.frames);
    const { words, greedy, characters } = await recogniser.evaluate(held);
    expect(words!.rate).toBeLessThan(0.15);
    expect(words!.rate).toBeLessThanOrEqual(greedy!.rate + 0.02);
    expect(characters!.count).toBeGreaterThan(words!.count);
    // Spaces more or less are no mistake.
    const wide = held.recordings.map((one) => ({ ...one, text: one.text.replaceAll(" ", "   ") }));
    const { accuracy } = await recogniser.evaluate({ name: "wide", recordings: wide });
    expect(accuracy).toBe((await recogniser.evaluate(held)).accuracy);

    const sounds = soundsOf(held).slice(0, 4);
    sounds.push(soundOf(new Float32Array(8000 * 4), 8000));
    const file = join(folder, "strings.safetensors");
    await recogniser.save(file);
    const again = await speech.load(file);
    const together = await again.predict(sounds);
    for (const [i, sound] of sounds.entries()) {
      const alone = await again.predict(sound);
      expect(alone.text).toBe(together[i].text);
      expect(alone.probability).toBeCloseTo(together[i].probability, 4);
    }
  }, 120_000);
});
