/** `receptive rank`, as a person types it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("receptive rank", () => {
  test.each([
    [
      ["--method", "regression", "--maps", "50"],
      "--maps does nothing with --method regression: leave it out",
    ],
    [
      ["--method", "bm25", "--weight-decay", "0"],
      "--weight-decay does nothing with --method bm25: leave it out",
    ],
    [["--method", "bm25", "--l2", "1"], "--l2 does nothing with --method bm25: leave it out"],
    [
      ["--method", "regression", "--vectors", "none"],
      "--vectors does nothing with --method regression: leave it out",
    ],
    [["--encoding", "latin1"], "--encoding is about --data, which is not there: leave it out"],
  ])("train %j is refused before any work", async (args, says) => {
    const { folder, remove } = await temporaryFolder();
    const { code, stdout, stderr } = await receptive(["rank", "train", ...args], { folder });
    expect([code, stdout, stderr]).toEqual([2, "", `error: ${says}\n`]);
    await remove();
  });

  test("evaluate does not write over the questions that it reads", async () => {
    const { folder, remove } = await temporaryFolder();
    await writeFile(join(folder, "q.csv"), "question,answer,label\nWho ?,Ann,1\n");
    const asked = ["rank", "evaluate", "--data", "q.csv", "--qrels", "./q.csv"];
    const { code, stderr } = await receptive(asked, { folder });
    expect([code, stderr]).toEqual([2, "error: --qrels names the file of --data, which it would replace\n"]);
    expect(await readFile(join(folder, "q.csv"), "utf8")).toContain("Ann");
    await remove();
  });

  test("a regression of the questions that a grammar makes, and a search with it", async () => {
    const { folder, remove } = await temporaryFolder();
    const trained = await receptive(["rank", "train", "--method", "regression", "--l2", "2", "--json"], {
      folder,
    });
    expect(trained.code).toBe(0);
    const { test: figures, checkpoint } = JSON.parse(trained.stdout.trim().split("\n").at(-1)!);
    expect(JSON.stringify(figures)).toContain("map");
    expect(checkpoint).toMatch(/^runs[\\/]rank-/);
    const found = await receptive(["rank", "search", "Who founded the mill ?", "--json"], { folder });
    expect(found.code).toBe(0);
    const lines = found.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const scores = lines.map(({ score }) => score).filter((score) => score !== undefined);
    expect(scores.length).toBeGreaterThan(2);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    await remove();
  }, 60_000);
});
