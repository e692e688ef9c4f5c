/** `receptive caption`, as a person types it. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readImage, writeImage } from "../../src/images/index.js";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

/** Twenty pictures of a bright square left or right on dark ground, as Flickr8k has its captions. */
async function squares(folder: string): Promise<void> {
  await mkdir(join(folder, "squares/Flicker8k_Dataset"), { recursive: true });
  const rows: string[] = [];
  const names: string[] = [];
  for (let n = 0; n < 20; n++) {
    const [side, left] = n % 2 === 0 ? ["left", 4 + (n % 3)] : ["right", 36 + (n % 3)];
    const pixels = new Uint8Array(64 * 48).fill(30);
    for (let i = 12; i < 32; i++) pixels.fill(220, i * 64 + left, i * 64 + left + 20);
    await writeImage(join(folder, `squares/Flicker8k_Dataset/${n}.png`), {
      ...{ width: 64, height: 48, channels: 1, pixels },
    });
    rows.push(`${n}.png#0\tA square on the ${side} .`, `${n}.png#1\tThe ${side} has a square .`);
    names.push(`${n}.png`);
  }
  await writeFile(join(folder, "squares/Flickr8k.token.txt"), `${rows.join("\n")}\n`);
  await writeFile(join(folder, "squares/Flickr_8k.trainImages.txt"), `${names.slice(0, 14).join("\n")}\n`);
  await writeFile(join(folder, "squares/Flickr_8k.testImages.txt"), `${names.slice(14).join("\n")}\n`);
}

describe.skipIf(!isBuilt)("receptive caption", () => {
  test("learns from pictures with captions, describes one, shows where it looks, and measures itself", async () => {
    const { folder, remove } = await temporaryFolder();
    await squares(folder);
    const trained = await receptive(
      [
        ...["caption", "train", "--data", "squares", "--width", "0.25", "--units", "32", "--attention", "16"],
        ...["--epochs", "40", "--batch-size", "14", "--lr", "0.01", "--dropout", "0", "--word-dropout", "0"],
        "--json",
      ],
      { folder },
    );
    expect([trained.code, trained.stderr]).toEqual([0, ""]);
    const last = JSON.parse(trained.stdout.trim().split("\n").at(-1)!);
    const { test: figures, checkpoint, sheet, example } = last;
    expect(checkpoint).toMatch(/^runs[\\/]caption-squares[\\/]/);
    expect(figures.count).toBe(6);
    expect(figures.bleu[0]).toBeGreaterThan(0.6);
    expect((await readImage(join(folder, sheet))).width).toBe(1400);
    expect((await readImage(join(folder, "runs/caption-squares/first-batch.png"))).width).toBeGreaterThan(
      400,
    );

    const said = await receptive(["caption", example, "--json", "--output", "looked.png"], { folder });
    expect([said.code, said.stderr]).toEqual([0, ""]);
    const { caption, words } = JSON.parse(said.stdout);
    expect(words.map(({ word }: { word: string }) => word).join(" ")).toBe(caption);
    expect((await readFile(join(folder, "looked.png"))).length).toBeGreaterThan(1000);

    const measured = await receptive(
      ["caption", "evaluate", "--data", "squares", "--beam", "1", "--json", "--captions"],
      { folder },
    );
    const all = JSON.parse(measured.stdout);
    expect([all.count, all.captions.length]).toEqual([6, 6]);
    expect(all.bleu).toHaveLength(4);

    const some = await receptive(["caption", "nowhere.png", example, "--no-picture"], { folder });
    expect(some.code).toBe(1);
    expect(some.stderr).toBe("error: nowhere.png: no such file\n");
    expect(some.stdout.startsWith(`${example}: `)).toBe(true);
    await remove();
  }, 300_000);

  test("of pictures without captions nothing is begun, and nothing written", async () => {
    const { folder, remove } = await temporaryFolder();
    await mkdir(join(folder, "boxes"));
    const rows = ["file,class,left,top,right,bottom"];
    for (let n = 0; n < 12; n++) {
      const pixels = new Uint8Array(64).fill(n);
      await writeImage(join(folder, `boxes/${n}.png`), { width: 8, height: 8, channels: 1, pixels });
      rows.push(`${n}.png,a,1,1,5,5`);
    }
    await writeFile(join(folder, "boxes/boxes.csv"), `${rows.join("\n")}\n`);
    const { code, stderr } = await receptive(["caption", "train", "--data", "boxes"], { folder });
    expect(code).toBe(2);
    expect(stderr.trim().split("\n").at(-1)).toBe(
      "error: boxes: has no captions; they are read from captions_*.json (COCO), Flickr8k.token.txt, or a table of files and captions",
    );
    expect(existsSync(join(folder, "runs"))).toBe(false);
    await remove();
  });

  test.each([
    [["caption"], "which picture? receptive caption PICTURE; or caption train, caption evaluate"],
    [["caption", "train", "--part", "val"], "--part is about --data, which is not there: leave it out"],
    [
      ["caption", "evaluate"],
      "there is no captioner of pictures in runs/: train one first (receptive caption train), or name one with --checkpoint FILE",
    ],
  ])("%s is refused in one line", async (given, why) => {
    const { folder, remove } = await temporaryFolder();
    const { code, stderr } = await receptive(given, { folder });
    expect([code, stderr]).toEqual([2, `error: ${why}\n`]);
    await remove();
  });
});
