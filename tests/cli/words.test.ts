/** What the command line says of a result, and which options it refuses because they would do nothing. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scores, scoresAsJson } from "../../src/cli/evaluate.js";
import { encodePng } from "../../src/images/encode-png.js";
import { isBuilt, receptive } from "./receptive.js";

const evaluation = (classes: number, unread: number) => ({
  ...{ top1: 0.5, accuracy: 0.5, top5: 1, loss: 0.25, count: 1200, unread, mistakes: [] },
  confusion: Array.from({ length: classes }, () => []),
});

test("of five classes the first five say nothing, of six they do", () => {
  expect(scores(evaluation(5, 0))).toBe("50.00 % of 1,200 test pictures read rightly, loss 0.250");
  expect(scoresAsJson(evaluation(5, 0))).toEqual({ top1: 0.5, loss: 0.25, count: 1200, unread: 0 });
  expect(scores(evaluation(6, 3))).toBe(
    "50.00 % of 1,200 test pictures read rightly, 100.00 % within the first five, 3 without an answer (an output is NaN), loss 0.250",
  );
  expect(scoresAsJson(evaluation(6, 3))).toEqual({ top1: 0.5, top5: 1, loss: 0.25, count: 1200, unread: 3 });
});

describe.skipIf(!isBuilt)("filter", () => {
  let folder: string;
  const run = (line: string) => receptive(line.split(" "), { folder });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "receptive-words-"));
    const pixels = Uint8Array.from({ length: 300 }, (_, i) => (7 * i) % 256);
    await writeFile(join(folder, "a.png"), encodePng({ width: 10, height: 10, channels: 3, pixels }));
    await copyFile(join(folder, "a.png"), join(folder, "b.png"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("takes several pictures, names those that it cannot read, and ends with 1 then", async () => {
    await writeFile(join(folder, "broken.png"), "no picture");
    const { code, stdout, stderr } = await run("filter a.png broken.png b.png --kernel sharpen --json");
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).output),
    ).toEqual(["a-filtered.png", "b-filtered.png"]);
    expect(stderr).toMatch(/^error: broken\.png: .*\n$/);
    expect(code).toBe(1);
    expect(await readFile(join(folder, "a-filtered.png"))).toEqual(
      await readFile(join(folder, "b-filtered.png")),
    );
  });

  test.each([
    [
      "filter a.png b.png --output c.png",
      "error: filter: --output names one picture, and 2 are given: leave it out, and each is written as NAME-filtered.png",
    ],
    [
      "filter --list a.png",
      "error: filter: --list shows the kernels there are: a.png does nothing beside it",
    ],
    [
      "filter --list --stride 2",
      "error: filter: --list shows the kernels there are: --stride does nothing beside it",
    ],
    [
      "train --data digits --skip-bad",
      "error: --skip-bad is for picture files, --data folder:PATH: it does nothing with digits",
    ],
    [
      "train --data digits --cache x.cache",
      "error: --cache is for picture files, --data folder:PATH: it does nothing with digits",
    ],
    [
      "train --data digits --colours srgb",
      "error: --colours is for picture files, --data folder:PATH: it does nothing with digits",
    ],
    [
      "explain filters --colours srgb",
      "error: explain filters: --colours does nothing here, where no picture files are read",
    ],
  ])("%s is wrong usage", async (line, error) => {
    const { code, stderr } = await run(line);
    expect(stderr.trim()).toBe(error);
    expect(code).toBe(2);
  });
});
