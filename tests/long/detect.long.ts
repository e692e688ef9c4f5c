/**
 * Objects in pictures: set RECEPTIVE_DATA for the blood cells; RECEPTIVE_SEEDS=1 makes one run. The recipe is the defaults of
 * `detection.train` but for epochs and size, the same for all classes; the last epoch of a fixed schedule is measured.
 */
import { describe, expect, test } from "vitest";
import { configure, device } from "../../src/index.js";
import { annotations, detection, shapes } from "../../src/tasks/index.js";
import { figure } from "./figures.js";

const data = process.env.RECEPTIVE_DATA;
const seeds = Number(process.env.RECEPTIVE_SEEDS ?? 3);
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const fixed = (value: number) => value.toFixed(4);

const minutes = async <T>(work: () => Promise<T>): Promise<[result: T, told: string, wall: number]> => {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const wall = (performance.now() - begun) / 60_000;
  return [result, `${wall.toFixed(1)} min, ${((user + system) / 1e6).toFixed(0)} s of processor time`, wall];
};

const byClass = ({ voc, coco }: detection.DetectionEvaluation, classes: readonly string[]) =>
  `${voc.classes.map(({ label, precision }) => `${classes[label]} ${fixed(precision)}`).join(", ")}; COCO AP ${fixed(coco.AP)}, at 0.75 ${fixed(coco.AP75)}`;

describe.skipIf(!data)("BCCD", () => {
  test("train and val, measured by test", async () => {
    await configure({ threads: 2 });
    const { trainval, test: held } = await annotations.openAnnotations(`${data}/bccd`, { skipBad: true });
    expect([trainval.pictures.length, held.pictures.length]).toEqual([292, 72]);
    const found: number[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const [detector, told, wall] = await minutes(() => detection.train(trainval, { epochs: 60, seed }));
      const result = await detector.evaluate(held);
      found.push(result.mAP);
      figure(
        `BCCD, seed ${seed}, mAP at 0.5`,
        `${fixed(result.mAP)} (${byClass(result, held.classes)}), ${told}`,
      );
      const soft = await detector.evaluate(held, { soft: "gaussian" });
      figure(`BCCD, seed ${seed}, soft suppression`, `${fixed(soft.mAP)}, COCO AP ${fixed(soft.coco.AP)}`);
      expect.soft(wall).toBeLessThan(15);
    }
    figure(`BCCD, mean of ${seeds} seeds`, fixed(meanOf(found)));
    expect.soft(meanOf(found)).toBeGreaterThanOrEqual(0.84);
  });
});

test("shapes", async () => {
  await configure({ threads: 2 });
  const { train, test: held } = shapes.shapes({ size: 256, train: 2000 });
  const [detector, told] = await minutes(() => detection.train(train, { epochs: 24, seed: 1 }));
  const result = await detector.evaluate(held);
  expect(result.count).toBe(2000);
  figure("shapes, mAP at 0.5", `${fixed(result.mAP)} (${byClass(result, held.classes!)}), ${told}`);
  expect.soft(result.mAP).toBeGreaterThanOrEqual(0.97);
  expect.soft(result.coco.AP).toBeGreaterThanOrEqual(0.85);
});

describe.each(["joint", "4-step"] as const)("Faster R-CNN, %s", (training) => {
  const recipe = { network: "faster-rcnn", training, seed: 1 } as const;

  test("shapes", async () => {
    await configure({ threads: 2 });
    const { train, test: held } = shapes.shapes({ size: 256, train: 2000 });
    const [detector, told] = await minutes(() => detection.train(train, { ...recipe, epochs: 12 }));
    const result = await detector.evaluate(held);
    expect(result.count).toBe(2000);
    figure(
      `shapes, Faster R-CNN, ${training}, mAP at 0.5`,
      `${fixed(result.mAP)} (${byClass(result, held.classes!)}), ${told}`,
    );
    expect.soft(result.mAP).toBeGreaterThanOrEqual(0.9);
  });

  test.skipIf(!data)("BCCD", async () => {
    await configure({ threads: 2 });
    const { trainval, test: held } = await annotations.openAnnotations(`${data}/bccd`, { skipBad: true });
    const [detector, told] = await minutes(() => detection.train(trainval, { ...recipe, epochs: 40 }));
    const result = await detector.evaluate(held);
    figure(
      `BCCD, Faster R-CNN, ${training}, mAP at 0.5`,
      `${fixed(result.mAP)} (${byClass(result, held.classes)}), ${told}`,
    );
    expect(result.count).toBe(72);
  });
});

// On WebAssembly: RECEPTIVE_TARGET=wasm npm run test:long -- detect -t "a second"
test("pictures of 320×320 a second, suppression included, with two threads", async () => {
  await configure({ threads: 2 });
  const { target } = device();
  const network = detection.detectionNetwork({ classes: 3 });
  network.build([320, 320, 3], { seed: 1 });
  const detector = new detection.Detector(
    network,
    { size: [320, 320], fit: "contain" },
    ["a", "b", "c"],
    "none",
  );
  const picture = {
    width: 320,
    height: 320,
    channels: 3 as const,
    pixels: new Uint8Array(320 * 320 * 3).fill(99),
  };
  for (const many of [1, 8]) {
    const list = Array.from({ length: many }, () => picture);
    await detector.predict(list);
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const begun = performance.now();
      await detector.predict(list);
      times.push((performance.now() - begun) / many);
    }
    const middle = times.sort((a, b) => a - b)[10];
    figure(`320×320, ${many} at once, ${target}`, `${(1000 / middle).toFixed(0)} pictures a second`);
    if (many === 8) expect.soft(1000 / middle).toBeGreaterThanOrEqual(target === "wasm" ? 30 : 100);
  }
});
