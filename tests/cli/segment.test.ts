/** `receptive segment`, as a person types it. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readImage, writeImage } from "../../src/images/index.js";
import { labelPng, readLabels } from "../../src/tasks/annotations/index.js";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

const [width, height] = [48, 40];

/** Twelve pictures of a bright square on dark ground, with maps of labels: 1 the square, 7 where nobody has looked. */
async function squares(folder: string): Promise<void> {
  await mkdir(join(folder, "squares/images"), { recursive: true });
  await mkdir(join(folder, "squares/masks"));
  await writeFile(join(folder, "squares/classes.txt"), "ground\nsquare\n");
  for (let n = 0; n < 12; n++) {
    const [left, top, edge] = [2 + 2 * n, 20 - n, 16];
    const pixels = new Uint8Array(width * height).fill(30);
    const labels = new Uint8Array(width * height);
    for (let i = top; i < top + edge; i++) {
      pixels.fill(220, i * width + left, i * width + left + edge);
      labels.fill(1, i * width + left, i * width + left + edge);
    }
    labels.fill(7, 0, width);
    await writeImage(join(folder, `squares/images/${n}.png`), { width, height, channels: 1, pixels });
    await writeFile(join(folder, `squares/masks/${n}.png`), await labelPng({ width, height, labels }));
  }
}

describe.skipIf(!isBuilt)("receptive segment", () => {
  test("learns from maps of labels, labels a picture, draws it, and measures itself", async () => {
    const { folder, remove } = await temporaryFolder();
    await squares(folder);
    const trained = await receptive(
      [
        ...["segment", "train", "--data", "squares", "--ignore", "7", "--width", "0.25", "--epochs", "60"],
        ...["--lr", "0.01", "--average", "0.8", "--zoom", "1", "--colours", "0", "--json"],
      ],
      { folder },
    );
    expect([trained.code, trained.stderr]).toEqual([0, ""]);
    const last = JSON.parse(trained.stdout.trim().split("\n").at(-1)!);
    const { test: figures, checkpoint, sheet, example } = last;
    expect(checkpoint).toMatch(/^runs[\\/]segment-squares[\\/]/);
    expect(figures).toMatchObject({ count: 1, ignored: width, pixels: width * (height - 1), absent: [] });
    expect(figures.classes.map((one: { class: string }) => one.class)).toEqual(["ground", "square"]);
    expect((await readImage(join(folder, sheet))).width).toBe(1400);
    expect((await readImage(join(folder, "runs/segment-squares/first-batch.png"))).width).toBeGreaterThan(
      400,
    );

    const found = await receptive(["segment", example, "--json", "--output", "labels.png"], { folder });
    expect([found.code, found.stderr]).toEqual([0, ""]);
    const told = JSON.parse(found.stdout);
    expect(told).toMatchObject({ labels: "labels.png", overlay: "example-classes.png" });
    const map = await readLabels(join(folder, "labels.png"), { classes: 2 });
    // The last of the first ten: left 20, top 11.
    const right = map.labels.filter((label, at) => {
      const [i, j] = [Math.floor(at / width), at % width];
      return label === Number(i >= 11 && i < 27 && j >= 20 && j < 36);
    });
    expect(right.length / map.labels.length).toBeGreaterThan(0.85);
    expect((await readFile(join(folder, "example-classes.png"))).length).toBeGreaterThan(1000);

    const measured = await receptive(["segment", "evaluate", "--data", "squares", "--json"], { folder });
    const all = JSON.parse(measured.stdout);
    expect(all.count).toBe(12);
    expect(all.mIoU).toBeGreaterThan(0.6);

    const some = await receptive(["segment", "nowhere.png", example, "--no-overlay"], { folder });
    expect(some.code).toBe(1);
    expect(some.stderr).toBe("error: nowhere.png: no such file\nexample-labels.png\n");
    expect(some.stdout).toMatch(/^\S*example\.png: ground [\d.]+ %, square [\d.]+ %\n$/);
    await remove();
  }, 200_000);

  test("what is wrong with maps is said in one line, and nothing is written", async () => {
    const { folder, remove } = await temporaryFolder();
    await squares(folder);
    const train = (...more: string[]) =>
      receptive(["segment", "train", "--data", "squares", ...more], { folder });
    const unknown = await train();
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      "error: squares/masks/0.png: the pixel in row 0 and column 0 has the label 7, expected 0 to 1, or 255 where it does not count\n",
    ]);
    const wrong = new Uint8Array(4 * 4);
    await writeFile(
      join(folder, "squares/masks/3.png"),
      await labelPng({ width: 4, height: 4, labels: wrong }),
    );
    const sized = await train("--ignore", "7");
    expect([sized.code, sized.stderr]).toEqual([
      1,
      `error: 3.png is 4×4 pixels, its picture is ${width}×${height}\n`,
    ]);
    await mkdir(join(folder, "nothing/images"), { recursive: true });
    await mkdir(join(folder, "nothing/masks"));
    const empty = await receptive(["segment", "train", "--data", "nothing"], { folder });
    expect(empty.code).toBe(1);
    expect(empty.stderr.trim().split("\n").length).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(["nothing", "squares"]);
    await remove();
  }, 100_000);

  test.each([
    [["segment"], "which picture? receptive segment PICTURE; or segment train, segment evaluate"],
    [["segment", "train", "--ignore", "3"], "--ignore is about --data, which is not there: leave it out"],
    [
      ["segment", "train", "--loss", "dice", "--class-weights", "root"],
      "--class-weights is about --loss crossEntropy, and the loss is dice: leave it out",
    ],
    [
      ["segment", "train", "--backbone", "lenet"],
      "--backbone: there is no model lenet (receptive models list shows them)",
    ],
    [
      ["segment", "evaluate"],
      "there is no segmenter of pictures in runs/: train one first (receptive segment train), or name one with --checkpoint FILE",
    ],
  ])("%s is refused in one line", async (given, why) => {
    const { folder, remove } = await temporaryFolder();
    const { code, stderr } = await receptive(given, { folder });
    expect([code, stderr]).toEqual([2, `error: ${why}\n`]);
    await remove();
  });
});
