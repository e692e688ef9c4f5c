/** `receptive transcribe`, as a person types it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeWav, soundOf } from "../../src/audio/index.js";
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
    await writeFile(join(folder, "empty.wav"), encodeWav(soundOf(new Float32Array(), 8000)));
    // One that cannot be read keeps none of the others from being heard.
    const broken = await receptive(["transcribe", "broken.wav", "nowhere.wav", "empty.wav", example], {
      folder,
    });
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/^\S*example\.wav: \w+ [\d.]+ %.*\n$/);
    expect(broken.stderr).toBe(
      [
        "error: broken.wav: its samples stand before the chunk that says what they are (fmt)\n",
        "error: nowhere.wav: there is no such file of sound\n",
        "error: empty.wav: has no samples\n",
      ].join(""),
    );
    const asLines = await receptive(["transcribe", "broken.wav", example, "--json"], { folder });
    expect(asLines.code).toBe(1);
    const [fault, fine] = asLines.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(fault).toEqual({
      file: "broken.wav",
      error: "broken.wav: its samples stand before the chunk that says what they are (fmt)",
    });
    expect(fine.text).toBe(text);
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
