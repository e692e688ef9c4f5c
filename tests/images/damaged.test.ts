import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { crc32 } from "../../src/formats/zip.js";
import { decodePicture } from "../../src/images/decode.js";
import { PictureError } from "../../src/images/picture-error.js";
import { readImage } from "../../src/images/read.js";
import { loadSharp } from "../../src/images/sharp.js";
import { mutations } from "../checks/mutations.js";

vi.mock("../../src/images/sharp.js", { spy: true });

const installed = await import("sharp").catch(() => undefined);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-damaged-"));
});
afterAll(() => rm(folder, { recursive: true }));

const formats = fileURLToPath(new URL("golden/formats/", import.meta.url));
const samples = [
  ...[
    "plain.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "plain.png",
    "palette.png",
    "grey-opacity.png",
    "adobe.png",
  ],
  ...["lossless.webp", "film.webp", "plain.gif", "interlaced.gif", "plain.bmp", "palette.bmp"],
  ...[
    "tiff_lzw.tiff",
    "tiff_adobe_deflate.tiff",
    "packbits.tiff",
    "palette.tiff",
    "float.tiff",
    "turned-6.png",
  ],
];

describe.each(["built-in decoders", "sharp"])("damaged pictures, %s", (who) => {
  beforeAll(() => {
    if (who === "sharp") return;
    vi.mocked(loadSharp).mockReturnValue(undefined);
  });
  afterAll(() => void vi.mocked(loadSharp).mockReset());
  test.skipIf(who === "sharp" && !installed).each(samples)(
    "500 mutated files: %s",
    async (name) => {
      const original = await readFile(formats + name);
      let [refused, read] = [0, 0];
      for (const { bytes, what } of mutations(original, { count: 500, seed: 3 })) {
        try {
          // A budget as it would be for a machine of little memory: sizes are what mutations hit gladly.
          const { width, height, channels, pixels } = await decodePicture(bytes, name, {
            mostPixels: 2 ** 22,
          });
          expect(pixels.length, what).toBe(width * height * channels);
          read++;
        } catch (error) {
          refused++;
          expect(error, what).toBeInstanceOf(PictureError);
          expect((error as Error).message.slice(name.length), what).toMatch(/^: [^\n]+$/);
          expect((error as Error).message, what).not.toMatch(/undefined|NaN|Input buffer|RangeError|Invalid/);
        }
      }
      expect(refused + read).toBe(500);
      expect(refused).toBeGreaterThan(20);
    },
    60_000,
  );

  test.skipIf(who === "sharp" && !installed).each(samples)(
    "cut short at every tenth of its bytes: %s",
    async (name) => {
      const whole = await readFile(formats + name);
      for (let tenths = 1; tenths < 10; tenths++) {
        const bytes = whole.subarray(0, Math.floor((whole.length * tenths) / 10));
        if (bytes.length < 16) continue; // what it is cannot be told by so few
        const error = await decodePicture(bytes, name).catch((error: unknown) => error);
        // A film or a TIFF may be whole up to its first page, and a GIF up to its first frame.
        if (/^(film|float|tiff|packbits|palette\.tiff)/.test(name) && !(error instanceof Error)) continue;
        expect(error, `${tenths} tenths`).toBeInstanceOf(PictureError);
        expect((error as Error).message).toMatch(
          /^[^ ]+: not a picture that can be read \((premature end of \w+ image|damaged [^)]*)\)$/,
        );
      }
    },
  );
});

describe("pictures that are larger than their files can hold", () => {
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

  /** How much memory and time it takes to refuse a file. */
  async function refusal(bytes: Uint8Array) {
    const before = process.memoryUsage().rss;
    const begun = performance.now();
    const error = await decodePicture(bytes, "bomb").catch((error: unknown) => error);
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
    expect(error).toBeInstanceOf(PictureError);
    return (error as Error).message;
  }
  const unread = "bomb: not a picture that can be read";

  test("a PNG of some hundred bytes that announces a hundred million pixels", async () => {
    expect(await refusal(large(11_500, 11_500))).toBe(`${unread} (premature end of PNG image)`);
  });

  test("a JPEG of some hundred bytes that announces as many as there can be, or as many as are read", async () => {
    const jpeg = await readFile(`${formats}plain.jpg`);
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    const announcing = (edge: number) => {
      const bytes = Uint8Array.from(jpeg);
      new DataView(bytes.buffer).setUint16(frame + 5, edge);
      new DataView(bytes.buffer).setUint16(frame + 7, edge);
      return bytes;
    };
    expect(await refusal(announcing(65535))).toBe(
      "bomb: has 65535×65535 pixels, more than the 134217728 that are read",
    );
    expect(await refusal(announcing(11_000))).toBe(`${unread} (premature end of JPEG image)`);
  });

  test.each(["raw.tiff", "tiff_lzw.tiff", "tiff_adobe_deflate.tiff", "packbits.tiff"])(
    "a TIFF with a strip as long as memory: %s",
    async (name) => {
      const bytes = Uint8Array.from(await readFile(formats + name));
      const view = new DataView(bytes.buffer);
      const at = view.getUint32(4, true);
      for (let i = 0; i < view.getUint16(at, true); i++) {
        const entry = at + 2 + 12 * i;
        // Width, height, and rows of a strip.
        if (![256, 257, 278].includes(view.getUint16(entry, true))) continue;
        view.setUint16(entry + 2, 4, true);
        view.setUint32(entry + 8, 11_000, true);
      }
      expect(await refusal(bytes)).toBe(`${unread} (premature end of TIFF image)`);
    },
  );

  test.each(["plain.bmp", "plain.gif"])("%s", async (name) => {
    const bytes = Uint8Array.from(await readFile(formats + name));
    const view = new DataView(bytes.buffer);
    if (name.endsWith("bmp")) for (const at of [18, 22]) view.setInt32(at, 11_000, true);
    else {
      const frame = bytes.indexOf(0x2c, 13 + 192);
      for (const at of [6, 8, frame + 5, frame + 7]) view.setUint16(at, 11_000, true);
    }
    expect(await refusal(bytes)).toMatch(/\(premature end of (BMP|GIF) image\)$/);
  });

  test("more pixels are read on request, and fewer", async () => {
    const path = `${formats}plain.png`;
    await expect(readImage(path, { mostPixels: 467 })).rejects.toThrow(
      new PictureError(`${path}: has 26×18 pixels, more than the 467 that are read`),
    );
    expect((await readImage(path, { mostPixels: 468 })).width).toBe(26);
    await expect(decodePicture(large(30_000, 30_000), "large.png", { mostPixels: 2 ** 30 })).rejects.toThrow(
      "premature end of PNG image",
    );
  });
});
