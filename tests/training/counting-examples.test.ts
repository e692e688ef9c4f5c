/** Schedules and checkpoints count examples: a run goes on with batches of another size where it was. */
import { describe, expect, test } from "vitest";
import { crossEntropy } from "../../src/losses/index.js";
import * as optim from "../../src/optim/index.js";
import { type Checkpoint, encodeCheckpoint } from "../../src/training/checkpoint.js";
import { type FitOptions, fit, type StepEvent } from "../../src/training/fit.js";
import { decodeCheckpoint } from "../../src/training/opened-checkpoint.js";
import { patterns, smallNet } from "./patterns.js";

const train = patterns(70);
const epochs = 4;

async function run(more: Partial<FitOptions> = {}): Promise<{ steps: StepEvent[]; saved: Checkpoint[] }> {
  const [steps, saved]: [StepEvent[], Checkpoint[]] = [[], []];
  const options: FitOptions = {
    loss: crossEntropy(),
    optimizer: optim.sgd({ lr: 0.02 }),
    epochs,
    batchSize: 16,
    seed: 5,
    checkpoint: {
      every: 1,
      save: (state) => void saved.push(decodeCheckpoint(encodeCheckpoint(state), "x")),
    },
    ...more,
  };
  for await (const event of fit(smallNet(), train, options)) if (event.kind === "step") steps.push(event);
  return { steps, saved };
}

/** What the schedule says after so many examples, of a run that had such batches from the beginning. */
const shownBefore = (steps: readonly StepEvent[], batchSize: number): [number, number][] =>
  steps.map(({ epoch, step, lr }) => [(epoch - 1) * 70 + (step - 1) * batchSize, lr]);

const byExamples = optim.warmUp(optim.cosine({ lr: 0.02, examples: 3 * 70 }), { examples: 70 });

describe.each([
  { after: 2, batchSize: 8, what: "smaller batches, within an epoch" },
  { after: 2, batchSize: 32, what: "larger ones, within an epoch" },
  { after: 5, batchSize: 24, what: "others, between epochs" },
  { after: 7, batchSize: 8, what: "others, within a later epoch" },
])("a run goes on with $what:", ({ after, batchSize }) => {
  test("every example of the epoch is shown once, and the schedule by examples is the same", async () => {
    const whole = await run({ schedule: byExamples });
    const { steps, saved } = await run({ schedule: byExamples, batchSize, resume: whole.saved[after - 1] });
    const perEpoch = Math.ceil(70 / batchSize);
    const [first] = steps;
    const before = (Math.floor(after / 5) * 70 + (after % 5) * 16) as number;
    expect((first.epoch - 1) * 70 + (first.step - 1) * batchSize).toBe(before);
    expect(steps).toHaveLength(4 * perEpoch - (first.epoch - 1) * perEpoch - (first.step - 1));
    expect(saved.at(-1)!.training!.totalExamples).toBe(4 * 70);
    for (const [shown, lr] of shownBefore(steps, batchSize))
      expect(lr).toBeCloseTo(byExamples(0, [], shown), 8);
  });

  test("a schedule by steps goes on at the same share of the run", async () => {
    const of = (size: number) => optim.cosine({ lr: 0.02, steps: epochs * Math.ceil(70 / size) });
    const whole = await run({ schedule: of(16) });
    const fresh = await run({ schedule: of(batchSize), batchSize });
    const { steps } = await run({ schedule: of(batchSize), batchSize, resume: whole.saved[after - 1] });
    expect(steps.map(({ lr }) => lr)).toEqual(fresh.steps.slice(-steps.length).map(({ lr }) => lr));
  });
});

test("a batch in parts changes nothing of the schedule, before or after a stop", async () => {
  const whole = await run({ schedule: byExamples });
  const rest = await run({ schedule: byExamples, accumulate: 2, resume: whole.saved[6] });
  expect(rest.steps.map(({ lr }) => lr)).toEqual(whole.steps.slice(7).map(({ lr }) => lr));
});

test("a checkpoint of before, which counted steps alone, goes on as it would have", async () => {
  const whole = await run({ schedule: byExamples });
  for (const steps of [3, 5, 12]) {
    const { training, ...state } = whole.saved[steps - 1];
    const { examples: _, totalExamples: __, ...old } = training!;
    const rest = await run({ schedule: byExamples, resume: { ...state, training: old } });
    expect(rest.steps.map(({ lr, loss }) => [lr, loss])).toEqual(
      whole.steps.slice(steps).map(({ lr, loss }) => [lr, loss]),
    );
  }
});

test("checkpoints are written each so many examples, whatever the batches", async () => {
  const shown: number[] = [];
  const save = ({ training }: Checkpoint) => void shown.push(training!.totalExamples!);
  await run({ epochs: 2, checkpoint: { every: { examples: 30 }, save } });
  // Of 16, 32, 48, 64, 70, 86, … those that have passed 30, 60, 90 and 120; and the end.
  expect(shown).toEqual([32, 64, 102, 134, 140]);
  for (const every of [{ examples: 0 }, { examples: 1.5 }, {}, null])
    await expect(run({ checkpoint: { every: every as never, save } })).rejects.toThrow(
      /^fit: checkpoint: every is .*, expected "epoch" or a whole number of steps, or \{ examples \}$/,
    );
});

describe("schedules by examples", () => {
  test("are those by steps, where a step shows one", () => {
    for (const n of [0, 1, 7, 49, 50, 99, 100, 1000]) {
      const cosine = optim.cosine({ lr: 2, examples: 100 });
      expect(cosine(3, [], n)).toBe(optim.cosine({ lr: 2, steps: 100 })(n));
      const warm = optim.warmUp(optim.cosine({ lr: 2, examples: 100 }), { examples: 50 });
      expect(warm(3, [], n)).toBe(optim.warmUp(optim.cosine({ lr: 2, steps: 100 }), { steps: 50 })(n));
    }
    const cycle = optim.oneCycle({ lr: 2, examples: 100 });
    expect(cycle(0, [], 0)).toBeCloseTo(2 / 25, 12);
    expect(cycle(0, [], 30)).toBeCloseTo(2, 12);
    expect(cycle(0, [], 100)).toBeCloseTo(2 / 25 / 1e4, 12);
  });

  test("want one length, and are no number where the examples are not told", () => {
    const either = (name: string) => `${name}: expected either steps or examples, a whole number from 1 on`;
    const both = { lr: 1, steps: 3, examples: 4 } as never;
    expect(() => optim.cosine(both)).toThrow(either("cosine"));
    expect(() => optim.oneCycle({ lr: 1 } as never)).toThrow(either("oneCycle"));
    expect(optim.cosine({ lr: 1, examples: 4 })(2)).toBeNaN();
  });
});

describe("a plateau by a score", () => {
  const epoch = (accuracy: number, loss = 1) => ({ loss: 9, validation: { loss, scores: { accuracy } } });
  const rates = (schedule: optim.Schedule, epochs: readonly optim.EpochScores[]) =>
    epochs.map((_, i) => schedule(0, epochs.slice(0, i + 1)));

  test("falls where the accuracy has not risen, whatever the loss does", () => {
    const schedule = optim.plateau({ lr: 1, factor: 0.5, patience: 1, score: "accuracy" });
    const seen = [0.5, 0.6, 0.6, 0.55, 0.7, 0.7, 0.7].map((accuracy, i) => epoch(accuracy, 7 - i));
    expect(rates(schedule, seen)).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25]);
  });

  test("of a score that is to fall, and of the training where nothing is validated", () => {
    const schedule = optim.plateau({ lr: 1, factor: 0.5, patience: 0, score: "error", higher: false });
    expect(
      rates(
        schedule,
        [3, 2, 2, 1].map((error) => ({ loss: 1, scores: { error } })),
      ),
    ).toEqual([1, 1, 0.5, 0.5]);
  });

  test("a score that there is not is said with those that there are", () => {
    const schedule = optim.plateau({ lr: 1, score: "recall" });
    expect(schedule(0, [])).toBe(1);
    expect(() => schedule(0, [epoch(0.5)])).toThrow('plateau: there is no score "recall"; there is accuracy');
    expect(() => schedule(0, [{ loss: 1 }])).toThrow('plateau: there is no score "recall"; there is none');
  });

  test("in a run, the accuracy on the validation data", async () => {
    const schedule = optim.plateau({ lr: 0.02, factor: 0.5, patience: 0, threshold: 0.9, score: "accuracy" });
    const { steps } = await run({ schedule, validation: patterns(40, { seed: 9 }) });
    const ofEpoch = (k: number) => steps.find(({ epoch }) => epoch === k)!.lr;
    expect([1, 2, 3, 4].map(ofEpoch)[0]).toBe(0.02);
    expect(ofEpoch(4)).toBeLessThan(0.02);
  });
});
