/** `receptive transcribe`, as a person types it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("receptive transcribe", () => {
  test("learns the digits that code makes, hears a file, and measures itself", async () => {
    const { folder, remove } = await temporaryFolder();
    const trained = await receptive(
      ["transcribe", "train", "--filters", "8,16", "--epochs", "2", "--only", "one,two", "--json"],
      { folder },
    );
    expect([trained.code, trained.stderr]).toEqual([0, ""]);
    const { test: figures, checkpoint, example } = JSON.parse(trained.stdout.trim().split("\n").at(-1)!);
    expect(checkpoint).toMatch(/^runs[\\/]speech-spoken-digits[\\/]/);
    expect(figures.confusion.length).toBe(4); // one, two, unknown, silence

    const heard = await receptive(["transcribe", example, "--json"], { folder });
    expect(heard.code).toBe(0);
    const { text, probabilities, seconds } = JSON.parse(heard.stdout);
    expect(Object.keys(probabilities)).toEqual(["one", "silence", "two", "unknown"]);
    expect(probabilities[text]).toBe(Math.max(...Object.values<number>(probabilities)));
    expect(seconds).toBeGreaterThan(0.2);

    const measured = await receptive(["transcribe", "evaluate", "--json"], { folder });
    expect(JSON.parse(measured.stdout)).toEqual(figures);

    await writeFile(join(folder, "broken.wav"), "RIFF....WAVEdata....");
    const broken = await receptive(["transcribe", "broken.wav"], { folder });
    expect([broken.code, broken.stdout]).toEqual([1, ""]);
    expect(broken.stderr).toBe(
      "error: broken.wav: its samples stand before the chunk that says what they are (fmt)\n",
    );
    await remove();
  }, 120_000);

  test("without a file says what is missing", async () => {
    const { code, stderr } = await receptive(["transcribe"], { folder: "." });
    expect([code, stderr]).toEqual([
      2,
      "error: which file? receptive transcribe FILE.wav; or transcribe train, transcribe evaluate\n",
    ]);
  });
});
