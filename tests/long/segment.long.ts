/**
 * Classes of pixels: set RECEPTIVE_DATA for the road scenes; RECEPTIVE_SEEDS=1 makes one run. The recipe is the defaults of
 * `segmentation.train`; the last epoch of a fixed schedule is measured, at the size of the maps.
 */
import { describe, expect, test } from "vitest";
import { configure } from "../../src/index.js";
import { annotations, segmentation, shapes } from "../../src/tasks/index.js";
import { figure } from "./figures.js";

const data = process.env.RECEPTIVE_DATA;
const seeds = Number(process.env.RECEPTIVE_SEEDS ?? 3);
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const fixed = (value: number) => value.toFixed(4);

const minutes = async <T>(work: () => Promise<T>): Promise<[result: T, told: string]> => {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const wall = (performance.now() - begun) / 60_000;
  return [result, `${wall.toFixed(1)} min, ${((user + system) / 1e6).toFixed(0)} s of processor time`];
};

const byClass = ({ IoU, classAccuracy }: segmentation.SegmentationEvaluation, classes: readonly string[]) =>
  `${classes.map((name, c) => `${name} ${fixed(IoU[c])}`).join(", ")}; of each class ${fixed(classAccuracy)}`;

const classes = [
  ...["Sky", "Building", "Pole", "Road", "Pavement", "Tree"],
  ...["SignSymbol", "Fence", "Car", "Pedestrian", "Bicyclist"],
];

describe.skipIf(!data)("CamVid, 50 pictures", () => {
  const opened = () => annotations.openAnnotations(`${data}/camvid`, { classes });

  async function runs(name: string, train: annotations.Annotations, held: annotations.Annotations) {
    const found: segmentation.SegmentationEvaluation[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const [segmenter, told] = await minutes(() => segmentation.train(train, { ignore: [11], seed }));
      expect(segmenter.sees.size).toEqual([360, 480]);
      const result = await segmenter.evaluate(held);
      found.push(result);
      figure(
        `${name}, seed ${seed}`,
        `mIoU ${fixed(result.mIoU)}, pixels ${fixed(result.accuracy)} (${byClass(result, classes)}), ${told}`,
      );
    }
    const mIoU = meanOf(found.map((one) => one.mIoU));
    const accuracy = meanOf(found.map((one) => one.accuracy));
    figure(`${name}, mean of ${seeds} seeds`, `mIoU ${fixed(mIoU)}, pixels ${fixed(accuracy)}`);
    return { mIoU, accuracy };
  }

  test("measured by its 15 validation pictures", async () => {
    await configure({ threads: 2 });
    const { train, val } = await opened();
    expect([train.pictures.length, val.pictures.length]).toEqual([50, 15]);
    const { mIoU, accuracy } = await runs("CamVid", train, val);
    expect.soft(accuracy).toBeGreaterThanOrEqual(0.86);
    expect.soft(mIoU).toBeGreaterThanOrEqual(0.51);
  });

  // The validation pictures are of the sequence 0016E5, whose other pictures are neighbours of theirs.
  test("without the sequence 0016E5 in training", async () => {
    await configure({ threads: 2 });
    const { train, val } = await opened();
    const others = train.pictures.filter(({ name }) => !name.startsWith("0016E5"));
    expect(others.length).toBe(23);
    await runs("CamVid without 0016E5", { ...train, pictures: others }, val);
  });
});

test("shapes", async () => {
  await configure({ threads: 2 });
  const { train, test: held } = shapes.shapes({ size: 256, train: 2000 });
  const [segmenter, told] = await minutes(() => segmentation.train(train, { epochs: 6, seed: 1 }));
  const result = await segmenter.evaluate(held);
  expect(result.count).toBe(2000);
  figure("shapes", `mIoU ${fixed(result.mIoU)} (${byClass(result, segmenter.classes)}), ${told}`);
  expect.soft(result.mIoU).toBeGreaterThanOrEqual(0.97);
});
