import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { openFolder } from "../../src/images/folder.js";
import { preprocessings } from "../../src/images/preprocessing.js";
import { encodeImage } from "../../src/images/write.js";
import { RandomStream } from "../../src/random/threefry.js";

const sharp = await import("sharp").then(
  (module) => module.default,
  () => undefined,
);
const built = resolve(import.meta.dirname, "../../dist/node/images.js");

const places: string[] = [];
afterAll(() => Promise.all(places.map((path) => rm(path, { recursive: true, force: true }))));

const pixelsOf = (index: number, length: number) => {
  const random = new RandomStream(5, 1, index);
  return Uint8Array.from({ length }, () => random.integer(256));
};

/** Pictures of two classes to train on, and one of each to test on. */
async function folder(count: number, bytesOf: (index: number) => Promise<Uint8Array>, ending = "png") {
  const path = await mkdtemp(join(tmpdir(), "receptive-loading-"));
  places.push(path);
  const put = async (split: string, i: number) => {
    await mkdir(join(path, split, `class${i % 2}`), { recursive: true });
    await writeFile(join(path, split, `class${i % 2}`, `${i}.${ending}`), await bytesOf(i));
  };
  for (let i = 0; i < count; i++) await put("train", i);
  for (let i = 0; i < 2; i++) await put("test", i);
  return path;
}

const png = (i: number) =>
  encodeImage({ width: 9, height: 7, channels: 3, pixels: pixelsOf(i, 9 * 7 * 3) }, "png");
const how = { input: [5, 6, 3], preprocessing: preprocessings.centre } as const;
const all = (length: number) => Int32Array.from({ length }, (_, i) => i);

describe("pictures that were read before", () => {
  test("come from memory: the files may be gone", async () => {
    const path = await folder(6, png);
    const { train } = await openFolder(path, how);
    const first = await train.read(all(6));
    await rm(join(path, "train"), { recursive: true });
    expect(await train.read(Int32Array.of(4, 1))).toEqual(
      Uint8Array.of(...first.slice(4 * 90, 5 * 90), ...first.slice(90, 180)),
    );
  });

  test("are read again where nothing may be kept", async () => {
    const path = await folder(4, png);
    const { train } = await openFolder(path, { ...how, cacheMegabytes: 0 });
    const first = await train.read(all(4));
    expect(await train.read(all(4))).toEqual(first);
    await rm(join(path, "train"), { recursive: true });
    await expect(train.read(all(4))).rejects.toThrow(`${join(path, "train/class0/0.png")}: no such file`);
  });

  test("are as many as fit", async () => {
    const path = await folder(4, png);
    const large = { ...how, input: [700, 900, 3], cacheMegabytes: 4 } as const;
    const { train } = await openFolder(path, large);
    const first = await train.read(all(4));
    await rm(join(path, "train"), { recursive: true });
    const again = await train.read(Int32Array.of(0));
    expect(Buffer.compare(again, first.subarray(0, 700 * 900 * 3))).toBe(0);
    await expect(train.read(all(4))).rejects.toThrow(": no such file");
  });

  test("an amount that is none is refused", async () => {
    await expect(openFolder(await folder(2, png), { ...how, cacheMegabytes: -1 })).rejects.toThrow(
      new RangeError("openFolder: cacheMegabytes is -1, expected a number of at least 0"),
    );
  });

  const sorts: [string, (i: number) => Promise<Uint8Array>][] = [
    ["JPEG", (i) => photograph(i).jpeg().toBuffer()],
    ["JPEG on its side", (i) => photograph(i).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ["JPEG with a profile", (i) => photograph(i).withIccProfile("p3").jpeg().toBuffer()],
    ["grey JPEG", (i) => photograph(i).toColourspace("b-w").jpeg().toBuffer()],
    ["PNG", (i) => photograph(i).png().toBuffer()],
    ["small PNG", async (i) => png(i)],
    ["WebP", (i) => photograph(i).webp().toBuffer()],
  ];
  const photograph = (i: number) =>
    sharp!(pixelsOf(i, 90 * 70 * 3), { raw: { width: 90, height: 70, channels: 3 } }).blur(2);

  test.skipIf(!sharp).each(sorts)(
    "are seen in the same random parts as from the file: %s",
    async (_, bytes) => {
      const path = await folder(3, bytes);
      const views = async (cacheMegabytes: number, channels: 1 | 3) => {
        const input = [16, 16, channels] as const;
        const { train } = await openFolder(path, { ...how, input, cacheMegabytes, randomViews: true });
        const seen: Uint8Array[] = [];
        for (const epoch of [0, 1, 2]) seen.push(await train.read(all(3), { seed: 1, epoch }));
        return seen;
      };
      for (const channels of [1, 3] as const)
        expect(await views(64, channels)).toEqual(await views(0, channels));
    },
  );
});

describe.skipIf(!existsSync(built))("threads (need npm run build)", () => {
  /** What a program says that reads a folder with the package as it is installed. */
  const run = (path: string, options: object, body: string, flags: string[] = []) =>
    execFileSync(
      process.execPath,
      [
        ...flags,
        "--input-type=module",
        "--eval",
        `import { openFolder, preprocessings } from ${JSON.stringify(pathToFileURL(built).href)};
        import { createHash } from "node:crypto";
        let started = 0;
        process.on("worker", () => started++);
        const { train } = await openFolder(${JSON.stringify(path)}, { preprocessing: preprocessings.centre, ...${JSON.stringify(options)} });
        const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
        const all = Int32Array.from({ length: train.length }, (_, i) => i);
        ${body}`,
      ],
      { encoding: "utf8", timeout: 60_000 },
    ).trim();

  const noThreads = [
    "--import",
    `data:text/javascript,${encodeURIComponent("delete globalThis.SharedArrayBuffer")}`,
  ];

  test.each([false, true])(
    "give the pictures that the main thread gives, random views: %s",
    async (randomViews) => {
      const path = await folder(150, png);
      const body = `const draw = { seed: 3, epoch: 1 };
      const parts = [all.slice(100), all.slice(0, 50).reverse(), all.slice(50, 100)];
      const read = await Promise.all(parts.map((part) => train.read(part, draw)));
      console.log(read.map(hash).join(), started > 0);`;
      const options = { input: [5, 6, 3], randomViews };
      const [threads, main] = [run(path, options, body), run(path, options, body, noThreads)];
      expect(threads.split(" ")[0]).toBe(main.split(" ")[0]);
      expect([threads.split(" ")[1], main.split(" ")[1]]).toEqual(["true", "false"]);
      const { train } = await openFolder(path, { ...how, randomViews });
      const { createHash } = await import("node:crypto");
      const own = await train.read(all(150).slice(100), { seed: 3, epoch: 1 });
      expect(threads.split(",")[0]).toBe(createHash("sha256").update(own).digest("hex"));
    },
  );

  test("change pictures to the bit as the main thread does, of memory and of files, in the same order", async () => {
    const path = await folder(150, png);
    const body = `
      const { data } = await import(${JSON.stringify(pathToFileURL(resolve(built, "../index.js")).href)});
      const augment = data.compose(data.randomShift(2), data.randomFlip(), data.randomAffine({ rotation: 20, shift: 1 }),
        data.colourJitter(), data.pcaLighting(), data.cutout(3));
      const images = Uint8Array.from({ length: 900 * 32 * 32 * 3 }, (_, i) => (i * 2654435761) >>> 24);
      const memory = { name: "memory", split: "train", shape: [32, 32, 3], classes: ["a"], length: 900, images,
        labels: new Uint8Array(900) };
      const seen = [];
      for (const [set, batchSize] of [[memory, 64], [train, 16]])
        for (const epoch of [0, 1])
          for await (const batch of data.batches(set, { batchSize, augment, shuffle: { seed: 3, epoch } }))
            seen.push(hash(batch.images), batch.images.constructor.name);
      const own = data.compose(augment, (images) => void images.fill(7));
      for await (const batch of data.batches(train, { batchSize: 50, augment: own, shuffle: { seed: 3, epoch: 0 } }))
        seen.push(batch.images.every((value) => value === 7));
      console.log(hash(seen.join()), started > 0);`;
    const options = { input: [5, 6, 3] };
    const [threads, main] = [run(path, options, body), run(path, options, body, noThreads)];
    expect(threads.split(" ")[0]).toBe(main.split(" ")[0]);
    expect([threads.split(" ")[1], main.split(" ")[1]]).toEqual(["true", "false"]);
  });

  test("say what is wrong with a picture as the main thread does", async () => {
    const path = await folder(150, png);
    const broken = join(path, "train/class0/80.png");
    await writeFile(broken, (await png(80)).subarray(0, 60));
    const body = "await train.read(all).catch((error) => console.log(error.name, error.message));";
    const options = { input: [5, 6, 3] };
    expect(run(path, options, body)).toBe(
      `PictureError ${broken}: not a picture that can be read (premature end of PNG image)`,
    );
    expect(run(path, options, body, noThreads)).toBe(run(path, options, body));
  });

  test("start where the package is installed, imported or required, and not where workers are forbidden", async () => {
    const path = await folder(150, png);
    const options = { input: [5, 6, 3] };
    const body = "console.log(hash(await train.read(all)), started > 0);";
    const [hashed, started] = run(path, options, body).split(" ");
    expect(started).toBe("true");
    const required = `const { openFolder, preprocessings } = require(${JSON.stringify(resolve(built, "../../require/node/images.cjs"))});
      let started = 0;
      process.on("worker", () => started++);
      openFolder(${JSON.stringify(path)}, { preprocessing: preprocessings.centre, ...${JSON.stringify(options)} }).then(async ({ train }) => {
        const pixels = await train.read(Int32Array.from({ length: train.length }, (_, i) => i));
        console.log(require("node:crypto").createHash("sha256").update(pixels).digest("hex"), started > 0);
      });`;
    const output = execFileSync(process.execPath, ["--eval", required], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(output.trim()).toBe(`${hashed} true`);
    const flag = process.allowedNodeEnvironmentFlags.has("--permission")
      ? "--permission"
      : "--experimental-permission";
    const forbidden = run(path, options, body, [flag, "--allow-fs-read=*", "--no-warnings"]);
    expect(forbidden).toBe(`${hashed} false`);
  });

  test("end with the program, also in the middle of their work", async () => {
    const path = await folder(150, png);
    const options = { input: [5, 6, 3] };
    expect(run(path, options, "await train.read(all); console.log('read')")).toBe("read");
    expect(
      run(
        path,
        options,
        "void train.read(all); setTimeout(() => { console.log('left'); process.exit(0); }, 150)",
      ),
    ).toBe("left");
  });
});
