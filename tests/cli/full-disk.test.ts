import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng } from "../../src/images/encode-png.js";
import { lenet5 } from "../../src/models/index.js";
import { checkpointOf } from "../../src/training/checkpoint.js";
import { save } from "../../src/training/opened-checkpoint.js";
import { isBuilt, receptive, temporaryFolder } from "./receptive.js";

const { folder, remove } = await temporaryFolder();
const [full, locked] = [join(folder, "full"), join(folder, "locked")];
await mkdir(full);
await mkdir(locked);

/** A hub with one repository of one file. */
async function hub(content: Uint8Array) {
  const oid = createHash("sha256").update(content).digest("hex");
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url!.includes("/api/")) {
      request.resume();
      const lfs = { oid, size: content.length, pointerSize: 100 };
      const file = { type: "file", path: "model.safetensors", size: content.length, oid: "0", lfs };
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify([file]));
    } else response.writeHead(200, { "Content-Length": content.length }).end(content);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => new Promise((closed) => server.close(closed)),
  };
}

/** Root is denied nothing: a full disk and a read-only one are mounted, where that is allowed. */
function mount(...args: string[]): boolean {
  try {
    execFileSync("mount", args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const isFull = mount("-t", "tmpfs", "-o", "size=1m", "none", full);
const isLocked = mount("-t", "tmpfs", "-o", "ro,size=1m", "none", locked);

afterAll(async () => {
  if (isFull) execFileSync("umount", [full]);
  if (isLocked) execFileSync("umount", [locked]);
  await remove();
});

const weights = "weights.safetensors";
beforeAll(async () => {
  const model = lenet5();
  model.build([28, 28, 1]);
  await save(
    join(folder, weights),
    checkpointOf(model, { input: [28, 28, 1], data: { name: "digits", classes: [..."0123456789"] } }),
  );
  // A ramp of 64×64 grey pixels.
  const pixels = Uint8Array.from({ length: 4096 }, (_, at) => at % 256);
  await writeFile(join(folder, "photo.png"), encodePng({ width: 64, height: 64, channels: 1, pixels }));
  if (isFull) {
    await writeFile(join(full, "old.png"), "of before");
    for (let size = 2 ** 19; size >= 1; size >>= 1)
      for (let n = 0; n < 2; n++)
        await writeFile(join(full, `fill-${size}-${n}`), new Uint8Array(size)).catch(() => {});
  }
}, 60_000);

const commands: [line: string, name: string][] = [
  ["filter photo.png --kernel sharpen --output", "new.png"],
  ["filter photo.png --kernel sharpen --output", "old.png"],
  ["features hog photo.png --output", "new.png"],
  [`convert ${weights}`, "new.safetensors"],
  [`explain filters --checkpoint ${weights} --output`, "new.png"],
  [`explain filters --checkpoint ${weights} --output`, "a/b/new.png"],
  [`dream photo.png --checkpoint ${weights} --octaves 1 --iterations 1 --output`, "new.png"],
  [
    `style photo.png --style photo.png --checkpoint ${weights} --content-layers conv1 --style-layers conv1 --iterations 1 --output`,
    "new.png",
  ],
  ["find-lr --data digits --limit 64 --steps 10 --output", "learning-rate.png"],
];

/** find-lr is given a folder, the others a file. */
const outputOf = (disk: string, line: string, name: string): string =>
  line.startsWith("find-lr") ? disk : `${disk}/${name}`;

describe.skipIf(!isBuilt || !isFull)(
  `a full disk${isFull ? "" : " (skipped: mounting is not allowed)"}`,
  () => {
    test.each(commands)("%s full/%s: one line, and nothing is lost or half written", async (line, name) => {
      const before = (await readdir(full)).sort();
      const { code, stderr } = await receptive([...line.split(" "), outputOf("full", line, name)], {
        folder,
      });
      expect(code).toBe(1);
      expect(stderr.split("\n").at(-2)).toBe(`error: full/${name}: no space is left on the disk`);
      expect((await readdir(full)).sort()).toEqual(before);
      expect(await readFile(join(full, "old.png"), "utf8")).toBe("of before");
    });
    test.each([
      [`evaluate --checkpoint ${weights} --data digits --limit 8 --trace`, "new.json"],
      [`predict photo.png --checkpoint ${weights} --trace`, "new.json"],
    ])("%s full/%s: the same", async (line, name) => {
      const before = (await readdir(full)).sort();
      const { code, stderr } = await receptive([...line.split(" "), `full/${name}`], { folder });
      expect(code).toBe(1);
      expect(stderr.split("\n").at(-2)).toBe(`error: full/${name}: no space is left on the disk`);
      expect((await readdir(full)).sort()).toEqual(before);
    });
    test("weights of the hub whose cache is full: asked for once, and nothing of them is left", async () => {
      const content = new Uint8Array(2 ** 20).fill(7);
      const { url, asked, close } = await hub(content);
      const { code, stderr } = await receptive(["convert", "hf:someone/net"], {
        folder,
        environment: { HF_ENDPOINT: url, XDG_CACHE_HOME: full },
      });
      await close();
      expect(code).toBe(1);
      expect(stderr.trimEnd()).toMatch(
        /^error: \S*full\S*model\.safetensors\S*: no space is left on the disk$/,
      );
      expect(asked.filter((path) => path.endsWith("model.safetensors"))).toHaveLength(1);
      const names = await readdir(full, { recursive: true });
      expect(names.filter((name) => name.includes("model"))).toEqual([]);
    });
    test("train says it when it saves, and takes its folder away again", async () => {
      const { code, stderr } = await receptive(
        "train --data digits --limit 64 --epochs 1 --output full/run".split(" "),
        { folder },
      );
      expect(code).toBe(1);
      expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
        /^error: full\/run.*: no space is left on the disk$/,
      );
      expect(await readdir(full)).not.toContain("run");
    });
  },
);

describe.skipIf(!isBuilt || !isLocked)(
  `a read-only disk${isLocked ? "" : " (skipped: mounting is not allowed)"}`,
  () => {
    test.each([
      ...commands,
      ["train --data digits --limit 64 --epochs 1 --output", "run"] as [string, string],
    ])("%s locked/%s", async (line, name) => {
      const { code, stderr } = await receptive([...line.split(" "), outputOf("locked", line, name)], {
        folder,
      });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `error: ${outputOf("locked", line, name)}: the file system is read-only\n`,
      });
    });
  },
);
