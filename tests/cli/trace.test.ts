import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Trace } from "../../src/index.js";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("--trace", () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  afterAll(() => remove());

  const run = (line: string) => receptive(line.split(" "), { folder });
  const kinds = async (file: string) => {
    const { traceEvents } = JSON.parse(await readFile(join(folder, file), "utf8")) as Trace;
    return new Set(traceEvents.map(({ cat }) => cat));
  };

  test("train and evaluate write what ran when", { timeout: 180_000 }, async () => {
    const { code, stderr } = await run(
      "train --data digits --limit 400 --epochs 1 --output run --trace train.json",
    );
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("rror")]);
    for (const kind of ["launch", "run", "compile", "emit", "data"])
      expect((await kinds("train.json")).has(kind)).toBe(true);
    const answer = await run(
      "evaluate --checkpoint run/checkpoint.safetensors --limit 100 --trace evaluate.json",
    );
    expect(answer.code).toBe(0);
    expect((await kinds("evaluate.json")).has("launch")).toBe(true);
  });

  test("what cannot be written is told before anything is computed", async () => {
    const { code, stderr } = await run("train --data digits --limit 100 --trace .");
    expect([code, stderr]).toEqual([1, "error: .: is a directory, expected a file\n"]);
  });
});
