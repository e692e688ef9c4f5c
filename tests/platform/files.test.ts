import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink, truncate } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import * as browser from "../../src/platform/browser-files.js";
import * as node from "../../src/platform/node-files.js";

describe("files in Node", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "receptive-files-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(() => vi.unstubAllEnvs());

  test("a file is written whole, in a folder made for it, and nothing lies beside it", async () => {
    const path = join(folder, "a", "b.bin");
    await node.writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    await node.writeFileAtomic(path, Uint8Array.of(4, 5));
    expect([...(await node.readFile(path))]).toEqual([4, 5]);
    expect(await readdir(join(folder, "a"))).toEqual(["b.bin"]);
  });

  test("a file that cannot take its name leaves nothing behind", async () => {
    const path = join(folder, "taken");
    await node.writeFileAtomic(join(path, "inside"), Uint8Array.of(1)); // `taken` is a folder now
    await expect(node.writeFileAtomic(path, Uint8Array.of(1))).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a link that leads to itself is named as such, wherever it is met", async () => {
    const path = join(folder, "loop.jpg");
    await symlink(path, path);
    const expected = `${path}: is a link that leads to itself`;
    for (const met of [node.fileSize, node.listFolder, node.readFile, node.fileSource])
      await expect(met(path)).rejects.toThrow(expected);
  });

  test.skipIf(!existsSync("/dev/zero"))("/dev/zero has no end, and is not read for ever", async () => {
    await expect(node.readFile("/dev/zero")).rejects.toThrow("/dev/zero: gave 268 MB, and no end of it");
    expect(await node.readFile("/dev/null")).toHaveLength(0);
  });

  test.skipIf(freemem() < 8e9)(
    "more than 2 GB of a file are read without an end of the process",
    async () => {
      const path = join(folder, "large.bin");
      await node.writeFileAtomic(path, Uint8Array.of(7));
      await truncate(path, 2 ** 31 + 10);
      const bytes = await (await node.fileSource(path)).read(0, 2 ** 31 + 5);
      expect([bytes.length, bytes[0], bytes[2 ** 31 + 4]]).toEqual([2 ** 31 + 5, 7, 0]);
      await expect(node.readFile(path)).rejects.toThrow(`${path}: is larger than 2 GB`);
      await rm(path);
    },
  );

  test("a file is read a part at a time, and its sum taken", async () => {
    const path = join(folder, "parts.bin");
    await node.writeFileAtomic(
      path,
      Uint8Array.from({ length: 1000 }, (_, i) => i % 256),
    );
    const source = await node.fileSource(path);
    expect([source.name, source.size]).toEqual([path, 1000]);
    expect([...(await source.read(254, 258))]).toEqual([254, 255, 0, 1]);
    expect((await source.read(1000, 1000)).length).toBe(0);
    expect(await node.fileSha256(path)).toBe(
      createHash("sha256")
        .update(await node.readFile(path))
        .digest("hex"),
    );
    await truncate(path, 100);
    await expect(source.read(50, 200)).rejects.toThrow(
      new Error(`${path}: became shorter while it was read`),
    );
  });

  test("a folder is listed, links as what they lead to", async () => {
    const path = join(folder, "listed");
    await node.writeFileAtomic(join(path, "b.txt"), new Uint8Array(1));
    await node.writeFileAtomic(join(path, "inner", "c.txt"), new Uint8Array(1));
    await symlink(join(path, "inner"), join(path, "a-link"));
    await symlink(join(path, "nothing"), join(path, "broken"));
    expect(await node.listFolder(path)).toEqual({ folders: ["a-link", "inner"], files: ["b.txt"] });
    expect(await node.listFolder(join(path, "nothing"))).toBeUndefined();
    expect(await node.listFolder(join(path, "b.txt"))).toBeUndefined();
  });

  test("appending makes the file, then adds to it", async () => {
    const path = join(folder, "c", "log");
    await node.appendFile(path, Uint8Array.of(1));
    await node.appendFile(path, Uint8Array.of(2));
    expect(await node.fileSize(path)).toBe(2);
    await node.removeFile(path);
    await node.removeFile(path);
    expect(await node.fileExists(path)).toBe(false);
  });

  test("a folder is no file, and a file has nothing inside", async () => {
    await node.writeFileAtomic(join(folder, "plain"), Uint8Array.of(1));
    expect(await node.fileSize(folder)).toBeUndefined();
    expect(await node.fileExists(join(folder, "plain", "x"))).toBe(false);
  });

  test("the cache lies where the user says", () => {
    vi.stubEnv("XDG_CACHE_HOME", "/caches");
    expect(node.cacheDirectory()).toBe(join("/caches", "receptive"));
    vi.stubEnv("XDG_CACHE_HOME", "");
    expect(node.cacheDirectory()).toMatch(/receptive$/);
  });

  test("an empty variable counts as not set", () => {
    vi.stubEnv("RECEPTIVE_DATA", "");
    expect(node.environment("RECEPTIVE_DATA")).toBeUndefined();
  });
});

describe("files in the browser", () => {
  // Assigned to Node's type: a function that is missing or differs does not compile.
  const page: typeof node = browser;

  test("offers what Node offers", () => {
    expect(Object.keys(page).sort()).toEqual(Object.keys(node).sort());
  });

  test("nothing is found, and writing says why not", async () => {
    expect([page.cacheDirectory(), page.environment("HOME"), await page.fileExists("x")]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    await expect(page.writeFileAtomic("x.bin", Uint8Array.of(1))).rejects.toThrow(
      new Error("cannot write x.bin: a page in the browser has no files"),
    );
  });
});
