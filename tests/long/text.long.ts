/** Sentences of the real collections (Kim 2014): set RECEPTIVE_DATA; RECEPTIVE_SEEDS=1 makes one run of TREC alone. */
import { expect, test } from "vitest";
import * as text from "../../src/tasks/text/index.js";
import { figure } from "./figures.js";

const data = process.env.RECEPTIVE_DATA;
const seeds = Number(process.env.RECEPTIVE_SEEDS ?? 5);
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const asPercent = (values: readonly number[]) => values.map((v) => (100 * v).toFixed(1)).join(", ");

/** Processor time that an action takes, in seconds. */
async function costOf<T>(act: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const before = process.cpuUsage();
  const result = await act();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

// The schedule was fixed on a part of the training questions that was set apart; the test questions had no say in it.
const recipe = { tokeniser: "kim", leastCount: 2, spread: 0.05, epochs: 5 } as const;

test.skipIf(!data)("TREC: six classes of questions, the last epoch of a fixed schedule", async () => {
  const train = await text.openTexts(`${data}/trec-question/train_5500.label`);
  const held = await text.openTexts(`${data}/trec-question/TREC_10.label`);
  const known = new Set(train.texts.map((t) => t.text.toLowerCase()));
  const fresh = text.labelledTexts(
    "TREC_10 without those in training",
    held.texts.filter((t) => !known.has(t.text.toLowerCase())),
  );
  const [all, unseen]: [number[], number[]] = [[], []];
  for (let seed = 1; seed <= seeds; seed++) {
    const { result, seconds } = await costOf(() => text.train(train, { ...recipe, seed }));
    all.push((await result.evaluate(held)).accuracy);
    unseen.push((await result.evaluate(fresh)).accuracy);
    figure(
      `TREC, seed ${seed}`,
      `${asPercent(all.slice(-1))} % in ${seconds.toFixed(0)} s of processor time`,
    );
  }
  figure("TREC, mean", `${asPercent([meanOf(all)])} % (${asPercent(all)})`);
  figure(
    `TREC without the ${500 - fresh.texts.length} questions that stand in training`,
    `${asPercent([meanOf(unseen)])} %`,
  );
  expect(meanOf(all)).toBeGreaterThanOrEqual(0.905);
});

test.skipIf(!data || seeds < 5)(
  "MR: ten folds, random vectors, the epoch chosen by a part of the training part",
  async () => {
    const texts = await text.openTexts(`${data}/rt-polarity`);
    const { mean, deviation, accuracies } = await text.crossValidate(texts, {
      folds: 10,
      development: 0.1,
      training: { tokeniser: "kim", epochs: 8, lr: 0.0005, keepBest: true, seed: 1 },
      onFold: ({ fold, evaluation, seconds }) =>
        figure(`MR, fold ${fold}`, `${asPercent([evaluation.accuracy])} % in ${seconds.toFixed(0)} s`),
    });
    figure(
      "MR, mean of ten folds",
      `${asPercent([mean])} % ± ${asPercent([deviation])} (${asPercent(accuracies)})`,
    );
    expect(mean).toBeGreaterThanOrEqual(0.75);
  },
);
