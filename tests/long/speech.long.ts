/**
 * The Free Spoken Digit Dataset: set RECEPTIVE_DATA; RECEPTIVE_SEEDS=1 makes one run of the official split. The recipe (the
 * defaults of `speech.train` but for epochs) was chosen with the recordings 5 to 49 of two speakers, by those of a third.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { configure, type Model, optim, reshape } from "../../src/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import { partsOf } from "../../src/losses/loss.js";
import { spokenExamples } from "../../src/tasks/speech/examples.js";
import { heard } from "../../src/tasks/speech/front-end.js";
import * as speech from "../../src/tasks/speech/index.js";
import { changedSpectra, speechObjective } from "../../src/tasks/speech/objective.js";
import { compute } from "../../src/tensor/compute.js";
import { tensor } from "../../src/tensor/creation.js";
import { fit } from "../../src/training/fit.js";
import type { Objective } from "../../src/training/objective.js";
import { readRightly } from "../../src/training/objectives/classification.js";
import { figure } from "./figures.js";

const data = process.env.RECEPTIVE_DATA;
const seeds = Number(process.env.RECEPTIVE_SEEDS ?? 3);
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Passes over the recordings, so that a training takes less than four minutes of a processor. */
const epochs = 50;
const most = 240;

describe.skipIf(!data)("FSDD", () => {
  let parts: Required<speech.RecordingParts>;
  let all: readonly speech.Recording[];
  beforeAll(async () => {
    // Threads that wait for each other would be counted, too.
    await configure({ threads: 1 });
    parts = (await speech.openRecordings(`${data}/fsdd`)) as Required<speech.RecordingParts>;
    all = [...parts.train.recordings, ...parts.test.recordings];
    expect([parts.train.recordings.length, parts.test.recordings.length]).toEqual([1800, 200]);
  });
  const only = (recordings: readonly speech.Recording[]): speech.Recordings => ({
    ...parts.train,
    recordings,
  });

  async function trained(recordings: speech.Recordings, options: speech.SpeechTrainingOptions) {
    const before = process.cpuUsage();
    const recogniser = await speech.train(recordings, options);
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    expect(seconds).toBeLessThan(most);
    return { recogniser, told: `${seconds.toFixed(0)} s of processor time` };
  }

  test("each speaker left out in turn", async () => {
    const found: number[] = [];
    for (const who of ["jackson", "nicolas", "theo", "yweweler"]) {
      const others = parts.train.recordings.filter(({ speaker }) => speaker !== who);
      const { recogniser, told } = await trained(only(others), { epochs, seed: 1 });
      const { accuracy, count } = await recogniser.evaluate(
        only(all.filter(({ speaker }) => speaker === who)),
      );
      expect(count).toBe(500);
      found.push(accuracy);
      figure(`${who}, of whom nothing was heard in training`, `${percent(accuracy)} of ${count}, ${told}`);
    }
    figure("speakers left out, mean", percent(meanOf(found)));
    expect.soft(meanOf(found)).toBeGreaterThanOrEqual(0.84);
  });

  test("official split", async () => {
    const found: number[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const { recogniser, told } = await trained(parts.train, { epochs, seed });
      const { accuracy } = await recogniser.evaluate(parts.test);
      found.push(accuracy);
      figure(`official split, seed ${seed}`, `${percent(accuracy)}, ${told}`);
    }
    figure(`official split, mean of ${seeds} seeds`, percent(meanOf(found)));
    expect.soft(meanOf(found)).toBeGreaterThanOrEqual(0.99);
  });

  test("strings of 3 to 7 digits, with 0 to 200 ms between them", async () => {
    const { recogniser, told } = await trained(parts.train, { strings: {}, epochs: 7, lr: 0.005, seed: 1 });
    const held = speech.stringsOf(parts.test, { count: 300, seed: 7 });
    const { words, greedy } = await recogniser.evaluate(held);
    figure(
      "strings of digits, errors",
      `${percent(words!.rate)} of ${words!.count}, without a search ${percent(greedy!.rate)}, ${told}`,
    );
    expect.soft(words!.rate).toBeLessThanOrEqual(0.05);
    expect.soft(words!.rate).toBeLessThanOrEqual(greedy!.rate);
  });

  test("spectra that are computed in the step cost at most 15 % more than those that were computed before", async () => {
    const recogniser = await speech.train(parts.train, { epochs: 1, speed: 0, noise: 0 });
    const { hearing, classes, network } = recogniser;
    const some = only(parts.train.recordings.slice(0, 640));
    const waves = spokenExamples(some, { hearing, classes });
    const places = Int32Array.from({ length: waves.length }, (_, i) => i);
    const held = (await waves.at(places)) as { waves: Float32Array; label: Int32Array };
    const [spectra] = await compute([heard(tensor(held.waves, [640, hearing.window]), hearing.frontEnd)]);
    const size = spectra.length / 640;
    const before = {
      ...waves,
      fields: {
        spectra: { shape: [size / hearing.frontEnd.mels, hearing.frontEnd.mels], dtype: "f32" as const },
        label: waves.fields.label,
      },
      async at(some: Int32Array) {
        const rows = new Float32Array(some.length * size);
        some.forEach(
          (place, i) =>
            void rows.set((spectra as Float32Array).subarray(place * size, (place + 1) * size), i * size),
        );
        return { spectra: rows, label: Int32Array.from(some, (place) => held.label[place]) };
      },
    };
    const changes = { voices: 0.2, masks: 2 };
    const inTheStep = speechObjective(hearing, changes);
    // The same cost of spectra that are there already.
    const objectives: { [kind in "waves" | "spectra"]: Objective } = {
      waves: inTheStep,
      spectra: {
        ...inTheStep,
        inputs: ["spectra"],
        cost(model, { spectra, label }, mode) {
          const seen = mode.seed ? changedSpectra(spectra, hearing, changes, mode.seed) : spectra;
          const output = (model as Model)(reshape(seen, [...seen.shape, 1]), mode);
          return {
            losses: { loss: partsOf(crossEntropy(), output, label) },
            output,
            sums: readRightly(output, label, undefined),
          };
        },
      },
    };
    const times: { [kind: string]: number[] } = { waves: [], spectra: [] };
    // One after the other, again and again: what else the machine does falls on both.
    for (let round = 0; round < 7; round++)
      for (const kind of ["waves", "spectra"] as const) {
        const source = kind === "waves" ? waves : before;
        const started = process.cpuUsage();
        for await (const _ of fit(network, source, {
          objective: objectives[kind],
          optimizer: optim.adam({ lr: 1e-4 }),
          epochs: 1,
          batchSize: 32,
        }));
        const { user } = process.cpuUsage(started);
        if (round > 0) times[kind].push(user);
      }
    const middle = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1];
    const more = middle(times.waves) / middle(times.spectra) - 1;
    figure("spectra in the step instead of before it, processor time", `${(100 * more).toFixed(1)} % more`);
    expect.soft(more).toBeLessThanOrEqual(0.15);
  });
});
