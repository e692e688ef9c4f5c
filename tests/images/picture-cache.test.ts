import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DataError, type StreamedDataset } from "../../src/data/dataset.js";
import { openClasses, openFolder } from "../../src/images/folder.js";
import { preprocessings } from "../../src/images/preprocessing.js";
import { encodeImage } from "../../src/images/write.js";
import { RandomStream } from "../../src/random/threefry.js";

const places: string[] = [];
afterAll(() => Promise.all(places.map((path) => rm(path, { recursive: true, force: true }))));

const png = (i: number) => {
  const random = new RandomStream(6, 1, i);
  return encodeImage(
    { width: 9, height: 7, channels: 3, pixels: Uint8Array.from({ length: 189 }, () => random.integer(256)) },
    "png",
  );
};

/** `count` pictures of two classes to train on and 4 to test on, and where their cache is to lie. */
async function folder(count = 70) {
  const top = await mkdtemp(join(tmpdir(), "receptive-cache-"));
  places.push(top);
  const path = join(top, "pictures");
  for (const [split, n] of [
    ["train", count],
    ["test", 4],
  ] as const)
    for (let i = 0; i < n; i++) {
      await mkdir(join(path, split, `class${i % 2}`), { recursive: true });
      await writeFile(join(path, split, `class${i % 2}`, `${i}.png`), await png(i));
    }
  return { top, path, file: join(top, "packed.cache") };
}

const how = { input: [5, 6, 3], preprocessing: preprocessings.centre, cacheMegabytes: 0 } as const;
const all = ({ length }: StreamedDataset) => Int32Array.from({ length }, (_, i) => i);

describe("a cache file of pictures", () => {
  test("gives what the files give, in this run and in later ones, and nothing is decoded any more", async () => {
    const { path, file, top } = await folder();
    const plain = await openFolder(path, how);
    const expected = [await plain.train.read(all(plain.train)), await plain.test.read(all(plain.test))];
    for (let run = 0; run < 2; run++) {
      const { train, test } = await openFolder(path, { ...how, cacheFile: file });
      expect(await train.read(all(train))).toEqual(expected[0]);
      expect(await test.read(all(test))).toEqual(expected[1]);
      expect(await train.read(Int32Array.of(69, 3))).toEqual(
        Uint8Array.of(...expected[0].subarray(69 * 90, 70 * 90), ...expected[0].subarray(270, 360)),
      );
    }
    expect(readdirSync(top).sort()).toEqual(["packed.cache", "pictures"]);
    const opened = await openFolder(`${relative(process.cwd(), path)}/`, { ...how, cacheFile: file });
    await rm(path, { recursive: true });
    expect(await opened.train.read(all(opened.train))).toEqual(expected[0]);
  });

  test("of a folder without splits, of ten views, and of classes that a model knows", async () => {
    const { path, top } = await folder(30);
    const ten = { ...how, tenCrop: true };
    const whole = join(path, "train");
    const [a, b] = [
      await openFolder(whole, ten),
      await openFolder(whole, { ...ten, cacheFile: join(top, "ten") }),
    ];
    expect(await b.train.read(all(b.train))).toEqual(await a.train.read(all(a.train)));
    expect(await b.test.read(all(b.test))).toEqual(await a.test.read(all(a.test)));
    const classes = ["class1", "class0"];
    const [c, d] = [
      await openClasses(path, classes, how),
      await openClasses(path, classes, { ...how, cacheFile: join(top, "classes") }),
    ];
    expect(await d.read(all(d))).toEqual(await c.read(all(c)));
  });

  test("is written whole or not at all", async () => {
    const { path, file, top } = await folder();
    const bad = join(path, "test/class1/3.png");
    await writeFile(bad, (await png(3)).subarray(0, 60));
    await expect(openFolder(path, { ...how, cacheFile: file })).rejects.toThrow(
      `${bad}: not a picture that can be read (premature end of PNG image)`,
    );
    expect(readdirSync(top)).toEqual(["pictures"]);
    await writeFile(bad, await png(3));
    const stop = new AbortController();
    stop.abort();
    await expect(openFolder(path, { ...how, cacheFile: file, signal: stop.signal })).rejects.toThrow(
      "aborted",
    );
    expect(readdirSync(top)).toEqual(["pictures"]);
    await expect(openFolder(path, { ...how, cacheFile: top })).rejects.toThrow(`${top}: is a directory`);
  });

  const damaged = (file: string) =>
    new DataError(`${file}: is a damaged cache of pictures; remove it, and it is written anew`);

  test("that is damaged is refused in one line, wherever the damage is", async () => {
    const { path, file } = await folder();
    await openFolder(path, { ...how, cacheFile: file });
    const good = await readFile(file);
    const length = good.readUInt32LE(8);
    const cases: [string, Buffer, boolean][] = [
      ["cut short", good.subarray(0, -1), true],
      ["half", good.subarray(0, good.length >> 1), true],
      ["longer", Buffer.concat([good, Buffer.of(0)]), true],
      ["a bit of a checksum", flipped(good, good.length - 9), true],
      ["a bit of the header's length", flipped(good, 9), true],
      ["a bit of the header's braces", flipped(good, 12), true],
      ["a bit of a picture", flipped(good, 12 + length + 90 * 5 + 7), false],
    ];
    for (const [what, bytes, isSeenAtOnce] of cases) {
      await writeFile(file, bytes);
      const opening = openFolder(path, { ...how, cacheFile: file });
      if (isSeenAtOnce) await expect(opening, what).rejects.toThrow(damaged(file));
      else {
        const { train } = await opening;
        await train.read(Int32Array.of(4, 6));
        await expect(train.read(Int32Array.of(4, 5)), what).rejects.toThrow(damaged(file));
      }
    }
  });

  const flipped = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes);
    copy[at] ^= 0x40;
    return copy;
  };

  test("of something else is refused in one line, and stays as it is", async () => {
    const { path, file, top } = await folder(10);
    const text = join(top, "notes.txt");
    await writeFile(text, "what I wanted to keep");
    await expect(openFolder(path, { ...how, cacheFile: text })).rejects.toThrow(
      new DataError(`${text}: is no cache of pictures; name another file`),
    );
    expect(await readFile(text, "utf8")).toBe("what I wanted to keep");
    await writeFile(text, "");
    await expect(openFolder(path, { ...how, cacheFile: text })).rejects.toThrow(": is no cache of pictures");

    await openFolder(path, { ...how, cacheFile: file });
    const foreign = new DataError(
      `${file}: is a cache of other pictures, of these as they were, or in another size; remove it, or name another file`,
    );
    const others = [
      { ...how, input: [6, 5, 3] as const },
      { ...how, preprocessing: preprocessings["imagenet-bicubic"] },
      { ...how, tenCrop: true },
      { ...how, colours: "as-stored" as const },
    ];
    for (const other of others)
      await expect(openFolder(path, { ...other, cacheFile: file })).rejects.toThrow(foreign);
    // A picture that was changed, one more, one less.
    await utimes(join(path, "train/class0/0.png"), new Date(0), new Date(0));
    await expect(openFolder(path, { ...how, cacheFile: file })).rejects.toThrow(foreign);
    await rm(file);
    await openFolder(path, { ...how, cacheFile: file });
    await copyFile(join(path, "train/class0/2.png"), join(path, "train/class0/more.png"));
    await expect(openFolder(path, { ...how, cacheFile: file })).rejects.toThrow(foreign);
    await rm(join(path, "train/class0/more.png"));
    await openFolder(path, { ...how, cacheFile: file });
    expect(existsSync(file)).toBe(true);
  });

  test("is a path", async () => {
    const { path } = await folder(4);
    await expect(openFolder(path, { ...how, cacheFile: 3 as never })).rejects.toThrow(
      new TypeError("openFolder: cacheFile is 3, expected the path of a file"),
    );
  });
});

describe("a cache file of whole pictures, where parts are drawn at random", () => {
  const random = { ...how, randomViews: true } as const;
  const draws = [undefined, { seed: 1, epoch: 0 }, { seed: 1, epoch: 1 }, { seed: 2, epoch: 0 }];

  test("gives what the files give, in every epoch and run, and nothing is decoded any more", async () => {
    const { path, file } = await folder();
    const plain = await openFolder(path, random);
    const seen = async ({ train, test }: typeof plain) => {
      const all = [await test.read(Int32Array.of(0, 1, 2, 3))];
      for (const draw of draws) all.push(await train.read(Int32Array.of(69, 3, 12, 12), draw));
      return all;
    };
    const expected = await seen(plain);
    for (const cacheMegabytes of [0, 16])
      expect(await seen(await openFolder(path, { ...random, cacheMegabytes, cacheFile: file }))).toEqual(
        expected,
      );
    const opened = await openFolder(path, { ...random, cacheFile: file });
    await rm(path, { recursive: true });
    expect(await seen(opened)).toEqual(expected);
  });

  test("that is damaged, of other pictures or of another kind is refused in one line", async () => {
    const { path, file, top } = await folder(10);
    const { train } = await openFolder(path, { ...random, cacheFile: file });
    const bytes = await readFile(file);
    const damaged = `${file}: is a damaged cache of pictures; remove it, and it is written anew`;
    const other = `${file}: is a cache of other pictures, of these as they were, or damaged; remove it, or name another file`;
    const said = async (content: Uint8Array) => {
      await writeFile(file, content);
      return openFolder(path, { ...random, cacheFile: file }).then(
        () => "opened",
        (error: Error) => `${error.name}: ${error.message}`,
      );
    };
    for (const length of [8, 20, 100, bytes.length - 1])
      expect(await said(bytes.subarray(0, length)), String(length)).toBe(`DataError: ${damaged}`);
    for (const length of [0, 7])
      expect(await said(bytes.subarray(0, length))).toBe(
        `DataError: ${file}: is no cache of whole pictures; name another file`,
      );
    const flipped = (at: number) => bytes.map((byte, i) => (i === at ? byte ^ 0x40 : byte));
    expect(await said(flipped(bytes.length - 20))).toBe(`DataError: ${other}`);
    expect(await said(flipped(30))).toBe("opened");
    await expect(
      train.read(
        Int32Array.from({ length: 10 }, (_, i) => i),
        draws[1],
      ),
    ).rejects.toThrow(new DataError(damaged));
    expect(await said(bytes)).toBe("opened");
    await utimes(join(path, "train/class0/0.png"), new Date(0), new Date(0));
    expect(await said(bytes)).toBe(`DataError: ${other}`);
    const views = join(top, "views");
    await openFolder(path, { ...how, cacheFile: views });
    await expect(openFolder(path, { ...random, cacheFile: views })).rejects.toThrow(
      new DataError(`${views}: is no cache of whole pictures; name another file`),
    );
    await expect(openFolder(path, { ...how, cacheFile: file })).rejects.toThrow(
      new DataError(`${file}: is no cache of pictures; name another file`),
    );
  });
});
