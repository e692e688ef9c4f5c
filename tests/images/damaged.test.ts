import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crc32 } from "../../src/formats/zip.js";
import { PictureError, readImage } from "../../src/images/read.js";
import { mutations } from "../checks/mutations.js";

const installed = await import("sharp").catch(() => undefined);
const unless = installed ? "" : " (skipped: sharp is not installed)";
const sharp = installed?.default as typeof import("sharp").default;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-damaged-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!installed)(`damaged pictures${unless}`, () => {
  test.each(["jpeg", "png"] as const)("2,000 mutated files: %s", async (format) => {
    const pixels = Uint8Array.from({ length: 24 * 18 * 3 }, (_, i) => (i * i) % 256);
    const raw = { width: 24, height: 18, channels: 3 } as const;
    const original = await sharp(pixels, { raw })[format]().toBuffer();
    const path = join(folder, `x.${format}`);
    let [refused, read] = [0, 0];
    for (const { bytes, what } of mutations(original, { count: 2000, seed: 3 })) {
      await writeFile(path, bytes);
      try {
        const { width, height, channels, pixels } = await readImage(path);
        expect(pixels.length, what).toBe(width * height * channels);
        read++;
      } catch (error) {
        refused++;
        expect(error, what).toBeInstanceOf(PictureError);
        expect((error as Error).message.slice(path.length), what).toMatch(/^: [^\n]+$/);
      }
    }
    expect(refused).toBeGreaterThan(200);
    expect(read).toBeGreaterThan(10);
  });

  /** A PNG of one colour: its pixels take 2.7 GB, its file 3 MB, or nothing at all where they are left out. */
  function large(width: number, height: number): Uint8Array {
    const chunk = (type: string, content: Uint8Array) => {
      const body = Buffer.concat([Buffer.from(type), content]);
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
      length.writeUInt32BE(content.length);
      sum.writeUInt32BE(crc32(body));
      return Buffer.concat([length, body, sum]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 2, 0, 0, 0], 8);
    return Buffer.concat([
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk("IHDR", header),
      chunk("IDAT", deflateSync(new Uint8Array(10_000))),
      chunk("IEND", new Uint8Array(0)),
    ]);
  }

  test("30,000×30,000 pixels are refused before they are decoded", async () => {
    const path = join(folder, "large.png");
    await writeFile(path, large(30_000, 30_000));
    const before = process.memoryUsage().rss;
    const begun = performance.now();
    await expect(readImage(path)).rejects.toThrow(
      new PictureError(`${path}: has 30000×30000 pixels, more than the 134217728 that are read`),
    );
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  });
});
