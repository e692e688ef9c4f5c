/**
 * Captions of shapes, and their class and box: RECEPTIVE_SEEDS=1 makes one run. Recipes are the defaults of `captions.train` and
 * `localisation.train` but for epochs; the last epoch of a fixed schedule is measured, on all 2,000 pictures to test by, which
 * have pairs of shape and colour that training never sees.
 */
import { expect, test } from "vitest";
import { configure } from "../../src/index.js";
import { captions, localisation, shapes } from "../../src/tasks/index.js";
import { figure } from "./figures.js";

const seeds = Number(process.env.RECEPTIVE_SEEDS ?? 1);
const share = (value: number) => `${(100 * value).toFixed(2)} %`;

const minutes = async <T>(work: () => Promise<T>): Promise<[result: T, told: string]> => {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const wall = (performance.now() - begun) / 60_000;
  return [result, `${wall.toFixed(1)} min, ${((user + system) / 1e6).toFixed(0)} s of processor time`];
};

const pairsIn = (text: string) =>
  [...text.matchAll(/(\w+) (\w+)(?= (?:above|below|beside)|$)/g)].map(([pair]) => pair);

test("captions of shapes, word for word, and where is looked", async () => {
  await configure({ threads: 2 });
  const { train, test: held } = shapes.shapes({ size: 128, train: 8000, objects: [2, 3] });
  for (let seed = 1; seed <= seeds; seed++) {
    const [captioner, told] = await minutes(() => captions.train(train, { epochs: 24, seed }));
    figure(`captions, seed ${seed}, training`, told);
    for (const beam of [1, 5]) {
      const { count, exact, bleu, attention, captions: said } = await captioner.evaluate(held, { beam });
      expect(count).toBe(2000);
      const unseen = said.filter(({ references: [text] }) =>
        pairsIn(text).some((pair) => shapes.heldOutPairs.includes(pair)),
      );
      expect(unseen.length).toBeGreaterThan(300);
      const exactUnseen = unseen.filter(({ isExact }) => isExact).length / unseen.length;
      figure(
        `captions, seed ${seed}, beam ${beam}`,
        `${share(exact)} exactly right, ${share(exactUnseen)} of the ${unseen.length} with a pair that training never saw; BLEU ${bleu.bleu.map((score) => score.toFixed(4)).join(" ")}`,
      );
      figure(
        `captions, seed ${seed}, beam ${beam}, attention's maximum`,
        `in the box ${share(attention!.inBox)}, on the shape ${share(attention!.inShape)} of ${attention!.nouns} nouns`,
      );
      expect.soft(exact).toBeGreaterThanOrEqual(0.97);
      expect.soft(attention!.inBox).toBeGreaterThanOrEqual(0.85);
    }
  }
});

test("localisation of shapes", async () => {
  await configure({ threads: 2 });
  const { train, test: held } = shapes.shapes({ size: 128, train: 8000, objects: [1, 1] });
  for (let seed = 1; seed <= seeds; seed++) {
    const [localiser, told] = await minutes(() => localisation.train(train, { epochs: 16, seed }));
    const { count, errors, weak } = await localiser.evaluate(held, { share: 0.5 });
    expect(count).toBe(2000);
    figure(
      `localisation, seed ${seed}`,
      `top-1 error ${share(errors.top1)}, top-5 ${share(errors.top5)}, of the class alone ${share(errors.class1)}; by class activation maps above a half ${share(weak.top1)} and ${share(weak.top5)}; ${told}`,
    );
    expect.soft(errors.top1).toBeLessThanOrEqual(0.05);
  }
});
