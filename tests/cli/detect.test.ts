/** `receptive detect`, as a person types it. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { areShapes, type Boxes, trainingBoxes } from "../../src/cli/detect/boxes.js";
import { readImage, writeImage } from "../../src/images/index.js";
import { folder as folderOf, object, voc } from "../tasks/annotations/folders.js";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

/** Twelve pictures of a bright square on dark ground, as a table of boxes. */
async function squares(folder: string): Promise<void> {
  await mkdir(join(folder, "squares"));
  const rows = ["file,class,left,top,right,bottom"];
  for (let n = 0; n < 12; n++) {
    const [left, top, edge] = [4 + 3 * n, 30 - 2 * n, 16];
    const pixels = new Uint8Array(64 * 60).fill(30);
    for (let i = top; i < top + edge; i++) pixels.fill(220, i * 64 + left, i * 64 + left + edge);
    await writeImage(join(folder, `squares/${n}.png`), { width: 64, height: 60, channels: 1, pixels });
    rows.push(`${n}.png,square,${left},${top},${left + edge},${top + edge}`);
  }
  await writeFile(join(folder, "squares/boxes.csv"), `${rows.join("\n")}\n`);
}

test("no picture that is trained on is tested by", async () => {
  const files = Object.fromEntries(
    ["a", "b", "c"].flatMap((stem) => [
      [`Annotations/${stem}.xml`, voc(`${stem}.png`, [object("cat", [1, 1, 20, 10])])],
      [`JPEGImages/${stem}.png`, [20, 10] as const],
    ]),
  );
  const path = await folderOf("parts", {
    ...files,
    "ImageSets/Main/train.txt": "a\n",
    "ImageSets/Main/val.txt": "b\nc\n",
    "ImageSets/Main/trainval.txt": "a\nb\n",
  });
  const names = (boxes: Boxes) => (areShapes(boxes) ? [] : boxes.pictures.map(({ name }) => name));
  const parts = async (part?: string[]) => {
    const {
      train,
      test: held,
      remarks,
    } = await trainingBoxes({ data: path, seed: 0, ...(part && { part }) });
    return [names(train), names(held), remarks];
  };
  expect(await parts()).toEqual([["a.png"], ["b.png", "c.png"], []]);
  expect(await parts(["trainval"])).toEqual([
    ["a.png", "b.png"],
    ["c.png"],
    ["1 pictures of val are trained on, and not tested by."],
  ]);
  await expect(parts(["train", "val"])).rejects.toThrow(
    /has 3 pictures, too few to set some apart for testing: --test PATH brings others$/,
  );
  await expect(parts(["nothing"])).rejects.toThrow(/has no part nothing; there are train, val, trainval$/);
});

describe.skipIf(!isBuilt)("receptive detect", () => {
  test("learns from a table of boxes, finds them in a picture, draws them, and measures itself", async () => {
    const { folder, remove } = await temporaryFolder();
    await squares(folder);
    const trained = await receptive(
      [
        ...["detect", "train", "--data", "squares", "--width", "0.25", "--epochs", "60", "--lr", "0.01"],
        ...["--average", "0.9", "--zoom", "1", "--colours", "0", "--json"],
      ],
      { folder },
    );
    expect([trained.code, trained.stderr]).toEqual([0, ""]);
    const {
      test: figures,
      checkpoint,
      sheet,
      example,
    } = JSON.parse(trained.stdout.trim().split("\n").at(-1)!);
    expect(checkpoint).toMatch(/^runs[\\/]detect-squares[\\/]/);
    expect(figures.count).toBe(1);
    expect(figures.classes).toMatchObject([{ class: "square", boxes: 1 }]);
    for (const [file, width] of [
      [sheet, 1400],
      ["runs/detect-squares/first-batch.png", 1916],
    ] as const)
      expect((await readImage(join(folder, file))).width).toBe(width);

    // The one picture to test by has one square, and nothing else is told of it.
    expect(figures.confusion).toEqual([
      [1, 0],
      [0, 0],
    ]);

    const found = await receptive(["detect", example, "--json", "--output", "boxes.png", "--why"], {
      folder,
    });
    expect([found.code, found.stderr]).toEqual([0, ""]);
    expect((await readImage(join(folder, "example-why.png"))).width).toBeGreaterThan(400);
    const [best] = JSON.parse(found.stdout).objects;
    expect(best.class).toBe("square");
    // The last of the first ten: left 31, top 12.
    for (const [side, value] of [12, 31, 28, 47].entries())
      expect(Math.abs(best.box[side] - value)).toBeLessThan(5);
    expect((await readFile(join(folder, "boxes.png"))).length).toBeGreaterThan(1000);

    const measured = await receptive(["detect", "evaluate", "--data", "squares", "--json"], { folder });
    const all = JSON.parse(measured.stdout);
    expect(all.count).toBe(12);
    expect(all.mAP).toBeGreaterThan(0.8);

    const some = await receptive(["detect", "nowhere.png", example, "--no-picture"], { folder });
    expect(some.code).toBe(1);
    expect(some.stderr).toBe("error: nowhere.png: no such file\n");
    expect(some.stdout).toMatch(/^\S*example\.png:\nsquare [\d.]+ %: \d+×\d+ at \d+, \d+\n/);
    await remove();
  }, 200_000);

  test.each([
    [["detect"], "which picture? receptive detect PICTURE; or detect train, detect evaluate"],
    [
      ["detect", "train", "--training", "joint"],
      "--training is about --network faster-rcnn, which is not there: leave it out",
    ],
    [["detect", "train", "--part", "val"], "--part is about --data, which is not there: leave it out"],
    [
      ["detect", "evaluate"],
      "there is no detector of objects in runs/: train one first (receptive detect train), or name one with --checkpoint FILE",
    ],
  ])("%s is refused in one line", async (given, why) => {
    const { folder, remove } = await temporaryFolder();
    const { code, stderr } = await receptive(given, { folder });
    expect([code, stderr]).toEqual([2, `error: ${why}\n`]);
    await remove();
  });
});
