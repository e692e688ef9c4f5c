import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("receptive find-lr", () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  afterAll(() => remove());
  const run = (line: string) => receptive(line.split(" "), { folder });

  test("suggests a rate and draws the curve", async () => {
    const { code, stdout, stderr } = await run(
      "find-lr --data digits --limit 2000 --batch-size 64 --threads 1",
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Learning rate: \S+, where the loss falls fastest\. It is lowest at \S+(, and out of hand at \S+)?\.\nCurve: runs\/lenet5-digits\/learning-rate\.png\n$/,
    );
    const png = await readFile(join(folder, "runs/lenet5-digits/learning-rate.png"));
    expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
  });

  test("--json is one line", async () => {
    const { stdout } = await run(
      "find-lr --data digits --limit 1000 --optimizer adamW --steps 20 --to 1 --output out --threads 1 --json",
    );
    const found = JSON.parse(stdout);
    expect(Object.keys(found)).toEqual(["suggestion", "lowest", "diverged", "points", "curve"]);
    expect(found.curve).toBe("out/learning-rate.png");
    expect(found.points.length).toBeLessThanOrEqual(20);
  });

  test.each([
    ["find-lr --data digits --from 1 --to 0.1", "error: --from 1 --to 0.1: the rates do not rise\n"],
    ["find-lr --model lenet --data digits", 'error: there is no model "lenet"; did you mean "lenet5"?\n'],
  ])("%s is refused", async (line, message) => {
    const { code, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stderr).toBe(message);
  });
});
