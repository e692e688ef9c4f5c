/** Transfer learning from the shell: weights from a file, a last layer made anew, and what is frozen stays. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeImage } from "../../src/images/index.js";
import { load } from "../../src/training/opened-checkpoint.js";
import { isBuilt, jsonLines, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("receptive train --weights --freeze", () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    for (const [split, count] of [
      ["train", 8],
      ["test", 3],
    ] as const)
      for (const [k, name] of ["dark", "grey", "light"].entries()) {
        await mkdir(join(folder, "shades", split, name), { recursive: true });
        for (let i = 0; i < count; i++) {
          const pixels = new Uint8Array(28 * 28).map((_, p) => 30 + 90 * k + ((p * 7 + i * 13) % 20));
          await writeImage(join(folder, "shades", split, name, `${i}.png`), {
            ...{ width: 28, height: 28, channels: 1, pixels },
          });
        }
      }
    await receptive(
      ["train", "--data", "digits", "--limit", "320", "--epochs", "1", "--output", "base", "--threads", "2"],
      { folder },
    );
  }, 60_000);
  afterAll(() => remove());

  const begin = [
    ...["train", "--weights", "base/checkpoint.safetensors", "--freeze", "!dense3"],
    ...["--data", "folder:shades", "--batch-size", "8", "--threads", "2", "--lr", "0.02"],
  ];
  const saved = (name: string) => load(join(folder, name, "checkpoint.safetensors"));

  test("makes the last layer anew for the classes of the folder, and leaves the others as they are", async () => {
    const { code, stderr } = await receptive([...begin, "--epochs", "2", "--output", "new"], { folder });
    expect([code, stderr.includes("dark")]).toEqual([0, false]);
    const [before, after] = [await saved("base"), await saved("new")];
    expect(after.data.classes).toEqual(["dark", "grey", "light"]);
    expect(after.weights.get("dense3.weights")!.shape).toEqual([84, 3]);
    for (const [path, { data }] of before.weights)
      if (!path.startsWith("dense3.")) expect(after.weights.get(path)!.data, path).toEqual(data);
  });

  test("goes on after a stop as if there had been none", async () => {
    const lines = async (args: string[]) => {
      const { code, stdout } = await receptive([...args, "--json"], { folder });
      expect(code).toBe(0);
      return jsonLines(stdout).filter(({ kind }) => kind === "epoch");
    };
    const schedule = ["--schedule", "constant"];
    await lines([...begin, ...schedule, "--epochs", "2", "--output", "whole"]);
    await lines([...begin, ...schedule, "--epochs", "1", "--output", "part"]);
    await lines(["train", "--resume", "part/checkpoint.safetensors", "--epochs", "2"]);
    const [whole, part] = [await saved("whole"), await saved("part")];
    for (const [path, { data }] of whole.weights) expect(part.weights.get(path)!.data, path).toEqual(data);
  });

  test.each<[string, string[], string]>([
    [
      "weights of another architecture",
      ["--model", "alexnet"],
      "--weights base/checkpoint.safetensors: a checkpoint of lenet5; with it goes --model lenet5, not alexnet",
    ],
    [
      "a pattern that fits nothing",
      ["--freeze", "dense9"],
      'error: --freeze: no parameter is called "dense9"; did you mean "dense1"?\n',
    ],
  ])("refuses %s in one line", async (_, more, message) => {
    const { code, stderr } = await receptive([...begin, ...more, "--output", "refused"], { folder });
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });
});
