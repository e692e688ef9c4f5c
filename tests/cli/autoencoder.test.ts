import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBuilt, jsonLines, noPictures, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("the autoencoder on the command line", () => {
  let folder: string;
  let remove: () => Promise<void>;
  const run = (line: string) => receptive(line.split(" "), { folder });
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  afterAll(() => remove());

  test("trains against its own pictures, by adam, and is measured beside PCA", async () => {
    const { code, stdout, stderr } = await run(
      "train --model autoencoder --data digits --limit 1000 --epochs 2 --validation 0.1 --threads 1 --json",
    );
    expect([code, stderr]).toEqual([0, ""]);
    const events = jsonLines(stdout);
    for (const event of events) expect(event).not.toHaveProperty("accuracy");
    const epochs = events.filter(({ kind }) => kind === "epoch");
    expect(Object.keys(epochs[1])).toEqual(["kind", "epoch", "loss", "validation", "seconds"]);
    expect(epochs[1].loss).toBeLessThan(epochs[0].loss);
    const done = events.at(-1);
    expect(done).toMatchObject({ kind: "done", code: 32, sheet: "runs/autoencoder-digits/sheet.png" });
    expect(done.pcaLoss).toBeGreaterThan(0);
    expect(existsSync(join(folder, done.sheet))).toBe(true);

    const evaluation = await run("evaluate --limit 1000 --json");
    expect(jsonLines(evaluation.stdout)).toEqual([{ loss: expect.closeTo(done.testLoss, 6), count: 1000 }]);
    const spoken = await run("evaluate --limit 1000");
    expect(spoken.stdout).toMatch(
      /^autoencoder on digits: 1,000 test pictures made again with a mean squared error of 0\.\d+ \(pixels 0 to 1\)\n$/,
    );
  }, 120_000);

  test("goes on where it stopped, with the optimizer it began with", async () => {
    const { code, stdout } = await run(
      "train --resume runs/autoencoder-digits/checkpoint.safetensors --epochs 3 --threads 1",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/made again with a mean squared error of 0\.\d+ .*; PCA of 32 numbers: 0\.\d+\./);
  }, 120_000);

  test.skipIf(noPictures)("reads no classes", async () => {
    const { code, stderr } = await run("predict any.png");
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: autoencoder reads no classes, it makes pictures again: receptive evaluate measures how well\n",
    );
  });

  test("has no use for label smoothing", async () => {
    const { code, stderr } = await run(
      "train --model autoencoder --data digits --label-smoothing 0.1 --output o",
    );
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: --label-smoothing is for cross entropy, and autoencoder is trained by a loss of its own\n",
    );
  });
});
