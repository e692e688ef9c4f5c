import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataError } from "../../src/data/index.js";
import { randomRegion } from "../../src/data/random-region.js";
import { openClasses, openFolder } from "../../src/images/folder.js";
import { preprocessings } from "../../src/images/preprocessing.js";
import { readRegion } from "../../src/images/read.js";
import { evaluate, nn, predict, tensor } from "../../src/index.js";
import { RandomStream } from "../../src/random/threefry.js";

const installed = await import("sharp").catch(() => undefined);
const unless = installed ? "" : " (skipped: sharp is not installed)";
const sharp = installed?.default as typeof import("sharp").default;
const options = { input: [4, 4, 3], preprocessing: preprocessings.centre } as const;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "receptive-folder-"));
});
afterAll(() => rm(root, { recursive: true }));

/** Pictures of one colour each: class/0.png is as bright as its number says. */
async function put(folder: string, classes: { [name: string]: number[] }, size = 4) {
  for (const [name, levels] of Object.entries(classes)) {
    await mkdir(join(root, folder, name), { recursive: true });
    for (const [i, level] of levels.entries()) {
      const raw = { width: size, height: size, channels: 3 } as const;
      await sharp(new Uint8Array(size * size * 3).fill(level), { raw })
        .png()
        .toFile(join(root, folder, name, `${i}.png`));
    }
  }
}
const at = (folder: string) => join(root, folder);

describe.skipIf(!installed)(`a folder of pictures${unless}`, () => {
  test("train and val; classes in the order of their names", async () => {
    await put("split/train", { b: [20, 21], a: [10] });
    await put("split/val", { a: [11], b: [22] });
    await writeFile(join(at("split/train/a"), "notes.txt"), "no picture");
    const { train, test: val } = await openFolder(at("split"), options);
    expect([train.classes, [...train.labels], train.length, train.shape]).toEqual([
      ["a", "b"],
      [0, 1, 1],
      3,
      [4, 4, 3],
    ]);
    expect([...val.labels]).toEqual([0, 1]);
    const images = await train.read(Int32Array.of(2, 0));
    expect([images.length, images[0], images[47], images[48], images[95]]).toEqual([96, 21, 21, 10, 10]);
  });

  test("without splits every tenth picture is kept for testing", async () => {
    await put("plain", {
      a: Array.from({ length: 12 }, (_, i) => i),
      b: Array.from({ length: 8 }, (_, i) => 100 + i),
    });
    const { train, test } = await openFolder(at("plain"), options);
    expect([train.length, test.length, [...test.labels]]).toEqual([18, 2, [0, 1]]);
    // Files are in the order of their names, "10.png" before "2.png".
    expect((await test.read(Int32Array.of(0)))[0]).toBe(7);
  });

  test("random views follow from seed, epoch and place, whoever asks for them first", async () => {
    await mkdir(at("views/a"), { recursive: true });
    await mkdir(at("views/b"), { recursive: true });
    const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7) % 256);
    for (const name of ["a/0", "b/0", "b/1"])
      for (const split of ["train", "test"]) {
        await mkdir(at(`views/${split}/${name[0]}`), { recursive: true });
        const raw = { width: 40, height: 30, channels: 3 } as const;
        await sharp(pixels, { raw })
          .png()
          .toFile(at(`views/${split}/${name}.png`));
      }
    const { train } = await openFolder(at("views"), { ...options, randomViews: true });
    const draw = { seed: 1, epoch: 2 };
    const all = await train.read(Int32Array.of(0, 1, 2), draw);
    expect(await train.read(Int32Array.of(2, 0), draw)).toEqual(
      Uint8Array.of(...all.slice(96, 144), ...all.slice(0, 48)),
    );
    expect(await train.read(Int32Array.of(0, 1, 2), { seed: 1, epoch: 3 })).not.toEqual(all);
    const centre = await train.read(Int32Array.of(0, 1));
    expect(centre.slice(0, 48)).toEqual(centre.slice(48));
  });

  test("for a model that knows its classes: by name, by a word of one, by order", async () => {
    await put("named", { Tinca_tinca: [5], goldfish: [6] });
    const known = ["shark", "goldfish", "tench, Tinca tinca"];
    const named = await openClasses(at("named"), known, options);
    expect([named.classes, [...named.labels]]).toEqual([known, [1, 2].reverse()]);
    await put("numbers/val", { n01: [1], n02: [2] });
    const ordered = await openClasses(at("numbers"), ["x", "y"], options);
    expect([...ordered.labels]).toEqual([0, 1]);
    await expect(openClasses(at("named"), ["shark", "goldfish"], options)).rejects.toThrow(
      new DataError(`${at("named")}: the model knows no class Tinca_tinca; it knows shark, goldfish`),
    );
  });

  test("ten views of each picture are judged together", async () => {
    await mkdir(at("wide/dark"), { recursive: true });
    await mkdir(at("wide/light"), { recursive: true });
    // A gradient from left to right: the views differ.
    for (const [name, shift] of [
      ["dark", 0],
      ["light", 90],
    ] as const)
      for (const step of [3, 5, 7]) {
        const pixels = Uint8Array.from(
          { length: 8 * 20 * 3 },
          (_, i) => shift + step * (Math.floor(i / 3) % 20),
        );
        await sharp(pixels, { raw: { width: 20, height: 8, channels: 3 } })
          .png()
          .toFile(join(at("wide"), name, `${step}.png`));
      }
    const classes = ["dark", "light"];
    const model = nn.sequential(nn.rescale(), nn.flatten(), nn.dense(2));
    model.build([4, 4, 3], { seed: 1 });
    const dataset = await openClasses(at("wide"), classes, { ...options, tenCrop: true });
    const result = await evaluate(model, dataset, { batchSize: 20 });

    let [right, loss] = [0, 0];
    for (const [i, label] of dataset.labels.entries()) {
      const rows = await predict(model, tensor(await dataset.read(Int32Array.of(i)), [10, 4, 4, 3]));
      const mean = classes.map((_, c) => rows.reduce((sum, row) => sum + row[c], 0) / 10);
      if (mean[label] > mean[1 - label]) right++;
      loss -= rows.reduce((sum, row) => sum + Math.log(row[label]), 0) / 10;
    }
    expect([result.count, result.top1]).toEqual([6, right / 6]);
    expect(result.loss).toBeCloseTo(loss / 6, 5);
    const centre = await evaluate(model, await openClasses(at("wide"), classes, options));
    expect(centre.loss).not.toBeCloseTo(loss / 6, 3);
  });

  test("one clear line where it is no such folder", async () => {
    await mkdir(at("empty/a"), { recursive: true });
    await put("odd/train", { a: [1] });
    await put("odd/test", { z: [1] });
    await put("few", { a: [1] });
    for (const [folder, message] of [
      ["nowhere", "there is no such folder"],
      ["empty/a", "has no folders of pictures, expected one for each class"],
    ])
      await expect(openFolder(at(folder), options)).rejects.toThrow(
        new DataError(`${at(folder)}: ${message}`),
      );
    await expect(openFolder(at("empty"), options)).rejects.toThrow(
      new DataError(`${at("empty")}/a: has no picture files`),
    );
    await expect(openFolder(at("odd"), options)).rejects.toThrow(
      new DataError(`${at("odd")}/test: has a class z, which train has not`),
    );
    await expect(openFolder(at("few"), options)).rejects.toThrow(
      new DataError(`folder:${at("few")}: has only 1 picture, of which every tenth is kept for testing`),
    );
  });

  describe("folders as people have them", () => {
    const dozen = Array.from({ length: 12 }, (_, i) => i);
    const opened = async (folder: string) => {
      const { train, test } = await openFolder(at(folder), options);
      return [train.classes, train.length, test.length];
    };
    const line = async (folder: string) =>
      openFolder(at(folder), options).then(
        () => "opened",
        (error: Error) => `${error.name}: ${error.message.replaceAll(`${root}/`, "")}`,
      );

    test("what notebooks, systems and version control leave behind is no class and no picture", async () => {
      await put("left", { cat: dozen, dog: dozen });
      for (const name of [".git", ".ipynb_checkpoints", "__MACOSX", "@eaDir", "$RECYCLE.BIN"])
        await put("left", { [name]: [1] });
      await put("left/cat", { ".ipynb_checkpoints": [1, 2] });
      for (const name of ["._0.png", ".DS_Store", ".hidden.png", "Thumbs.db", "desktop.ini", "notes.txt"])
        await writeFile(join(at("left/cat"), name), "no picture");
      await writeFile(at("left/labels.csv"), "0,cat");
      expect(await opened("left")).toEqual([["cat", "dog"], 22, 2]);
    });

    test("Train and Test, in any case and wording", async () => {
      for (const [train, test] of [
        ["Train", "Test"],
        ["TRAINING", "Validation"],
        ["train", "VALID"],
        ["training", "testing"],
      ]) {
        await put(`${train}-${test}/${train}`, { cat: [1, 2], dog: [3] });
        await put(`${train}-${test}/${test}`, { cat: [4], dog: [5] });
        expect(await opened(`${train}-${test}`)).toEqual([["cat", "dog"], 3, 2]);
      }
    });

    test("a class called train or test beside others is a class", async () => {
      await put("voc", { bus: dozen, train: dozen, plane: dozen });
      expect(await opened("voc")).toEqual([["bus", "plane", "train"], 33, 3]);
      await put("exams", { homework: dozen, test: dozen });
      expect((await opened("exams"))[0]).toEqual(["homework", "test"]);
      await put("deep/bus", { images: dozen });
      await put("deep/train", { images: dozen });
      expect((await opened("deep"))[0]).toEqual(["bus", "train"]);
    });

    test("raw pictures beside train and test do not make these classes", async () => {
      await put("beside/train", { a: [1, 2], b: [3] });
      await put("beside/test", { a: [1], b: [3] });
      await put("beside", { originals: dozen });
      expect(await opened("beside")).toEqual([["a", "b"], 3, 2]);
    });

    test("one level deeper, and several, as torchvision looks", async () => {
      await put("nested/cat", { images: dozen });
      await put("nested/dog/2024/may", { first: dozen.slice(0, 6), second: dozen.slice(6) });
      expect(await opened("nested")).toEqual([["cat", "dog"], 22, 2]);
      // A folder that only wraps the classes would be one class of all.
      expect(await line("wrapped")).toBe("DataError: wrapped: there is no such folder");
      await put("wrapped/dataset", { cat: dozen, dog: dozen });
      expect(await line("wrapped")).toBe(
        "DataError: wrapped: has one folder only, dataset, in which there are 2: the classes lie in folder:wrapped/dataset",
      );
    });

    test("links are followed, and one that leads upwards does not lead round for ever", async () => {
      await put("elsewhere", { cat: dozen });
      await put("linked", { dog: dozen });
      await symlink(at("elsewhere/cat"), at("linked/cat"));
      await symlink("..", at("linked/dog/round"));
      await symlink("nowhere", at("linked/dog/broken.png"));
      expect(await opened("linked")).toEqual([["cat", "dog"], 22, 2]);
    });

    test("endings in capitals, spaces and letters of every kind", async () => {
      await put("names", { "große Katzen": [], 犬: [] });
      for (const folder of ["große Katzen", "犬"])
        for (const i of dozen)
          await copyFile(at("left/cat/0.png"), join(at("names"), folder, `bild ${i} é.PNG`));
      expect((await opened("names"))[0]).toEqual(["große Katzen", "犬"]);
    });

    test("é as one character in train and as two in val is one class", async () => {
      await put("accents/train", { ["café".normalize("NFC")]: [1], tea: [2] });
      await put("accents/val", { ["café".normalize("NFD")]: [1], tea: [2] });
      expect(await opened("accents")).toEqual([["café", "tea"], 2, 2]);
    });

    test("one line for what cannot be", async () => {
      await put("hollow", { cat: dozen, dog: dozen });
      await mkdir(at("hollow/zebra"));
      await put("films", { cat: dozen, dog: [] });
      for (const i of [1, 2]) await writeFile(at(`films/dog/${i}.mp4`), "film");
      await put("stray/Train", { a: [1] });
      await put("stray/Test", { a: [1], z: [1] });
      await put("alone/val", { a: [1], b: [2] });
      await put("flat", { train: dozen, test: dozen });
      await writeFile(at("cats.zip"), "PK");
      await writeFile(at("cats.txt"), "text");
      expect(
        await Promise.all(
          ["hollow", "films", "stray", "alone", "flat", "cats.zip", "cats.txt", "hollow/cat"].map(line),
        ),
      ).toEqual([
        "DataError: hollow/zebra: has no picture files",
        "DataError: films/dog: has no picture files (2 files .mp4)",
        "DataError: stray/Test: has a class z, which Train has not",
        "DataError: alone: has a folder val, but none for training; to divide that one, say folder:alone/val",
        "DataError: flat/train: has no folders of pictures, expected one for each class",
        "DataError: cats.zip: is a file, expected a folder; unpack it first",
        "DataError: cats.txt: is a file, expected a folder",
        "DataError: hollow/cat: has no folders of pictures, expected one for each class",
      ]);
    });
  });

  test("a part of a picture that lies on its side is a part of what one sees", async () => {
    // Left half black, right half white, and to be turned by 90°: seen, the upper half is black.
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (Math.floor(i / 3) % 8 < 4 ? 0 : 255));
    const path = at("turned.png");
    await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toFile(path);
    const part = await readRegion(path, [2, 2, 3], () => ({ left: 0, top: 0, width: 8, height: 4 }));
    expect([...part.pixels]).toEqual(new Array(12).fill(0));
  });
});

test("random parts lie in the picture, are 8 to 100 % of it, and neither too wide nor too tall", () => {
  for (const [width, height] of [
    [500, 375],
    [64, 64],
    [3000, 100],
    [1, 1],
  ])
    for (let i = 0; i < 300; i++) {
      const part = randomRegion({ width, height }, new RandomStream(1, 0, i));
      expect(part.left + part.width).toBeLessThanOrEqual(width);
      expect(part.top + part.height).toBeLessThanOrEqual(height);
      expect(Math.min(part.left, part.top)).toBeGreaterThanOrEqual(0);
      if (width !== 500) continue;
      const [share, ratio] = [(part.width * part.height) / (500 * 375), part.width / part.height];
      expect(share).toBeGreaterThan(0.079);
      expect(ratio).toBeGreaterThan(0.74);
      expect(ratio).toBeLessThan(1.35);
    }
});
