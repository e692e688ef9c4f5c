import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { PictureError, readImage } from "../../src/images/read.js";

// Optional: where it is absent there is nothing that could read a picture.
const installed = await import("sharp").catch(() => undefined);
const sharp = installed?.default as typeof import("sharp").default;
const pictures = describe.skipIf(!installed);
const unless = installed ? "" : " (skipped: sharp is not installed)";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-images-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function saved(name: string, content: Sharp | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content instanceof Uint8Array ? content : await content.toBuffer());
  return path;
}

const raw = (pixels: number[], width: number, height: number, channels: 1 | 3 | 4 = 3) =>
  sharp(Uint8Array.from(pixels), { raw: { width, height, channels } });
/** Red, green / blue, white. */
const corners = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];

pictures(`formats${unless}`, () => {
  test.each<[string, () => Sharp]>([
    ["rgb.png", () => raw(corners, 2, 2).png()],
    ["palette.png", () => raw(corners, 2, 2).png({ palette: true })],
    ["sixteen.png", () => raw(corners, 2, 2).toColourspace("rgb16").png()],
    ["lossless.webp", () => raw(corners, 2, 2).webp({ lossless: true })],
    ["plain.tiff", () => raw(corners, 2, 2).tiff({ compression: "lzw" })],
  ])("%s has its pixels", async (name, make) => {
    const { width, height, channels, pixels } = await readImage(await saved(name, make()));
    expect([width, height, channels, [...pixels]]).toEqual([2, 2, 3, corners]);
  });

  test("a grey picture stays grey, with 8 bits and with 16", async () => {
    const grey = () => raw([0, 128, 255], 3, 1, 1);
    const eight = await readImage(await saved("grey.png", grey().toColourspace("b-w").png()));
    const sixteen = await readImage(await saved("grey16.png", grey().toColourspace("grey16").png()));
    for (const picture of [eight, sixteen])
      expect(picture).toEqual({ width: 3, height: 1, channels: 1, pixels: Uint8Array.of(0, 128, 255) });
  });

  test("transparent pixels lie on white", async () => {
    const path = await saved("alpha.png", raw([9, 9, 9, 0, 0, 0, 0, 255], 2, 1, 4).png());
    expect([...(await readImage(path)).pixels]).toEqual([255, 255, 255, 0, 0, 0]);
  });

  test("a JPEG of 1000×400 and a CMYK one come as RGB", async () => {
    const red = { create: { width: 1000, height: 400, channels: 3, background: "#e02020" } } as const;
    for (const space of ["srgb", "cmyk"]) {
      const path = await saved(`${space}.jpg`, sharp(red).toColourspace(space).jpeg());
      const { width, height, channels, pixels } = await readImage(path);
      expect([width, height, channels, pixels.length]).toEqual([1000, 400, 3, 1_200_000]);
      expect(pixels[0]).toBeGreaterThan(200);
      expect(pixels[1]).toBeLessThan(70); // CMYK inks do not reach every colour
    }
  });

  test("a photograph taken upright stands upright", async () => {
    const path = await saved(
      "turned.png",
      raw([255, 0, 0, 0, 255, 0], 2, 1).withMetadata({ orientation: 6 }).png(),
    );
    const { width, height, pixels } = await readImage(path);
    expect([width, height, [...pixels]]).toEqual([1, 2, [255, 0, 0, 0, 255, 0]]);
  });
});

pictures(`one line for what cannot be read${unless}`, () => {
  const refusal = async (path: string) => {
    const error = await readImage(path).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PictureError);
    return (error as Error).message.replace(`${folder}/`, "");
  };

  test("missing", async () => {
    expect(await refusal(join(folder, "photo.jpg"))).toBe("photo.jpg: no such file");
  });
  test("a directory", async () => {
    expect(await refusal(`${folder}/.`)).toBe(".: a directory, expected a picture file");
  });
  test("empty", async () => {
    const path = await saved("empty.png", new Uint8Array(0));
    expect(await refusal(path)).toBe("empty.png: not a picture that can be read (the file is empty)");
  });
  test("text", async () => {
    const path = await saved(
      "notes.jpg",
      new TextEncoder().encode("Dear diary, this is no picture.\n".repeat(9)),
    );
    expect(await refusal(path)).toBe("notes.jpg: not a picture that can be read (unsupported image format)");
  });
  test("cut in half", async () => {
    // Noise, so that half of the file holds half of the picture.
    const noise = Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 2654435761) % 251);
    for (const [format, reason] of [
      ["jpeg", "premature end of JPEG image"],
      ["png", "vipspng: libpng read error"],
    ] as const) {
      const whole = await raw(noise, 64, 64).toFormat(format).toBuffer();
      const path = await saved(`half.${format}`, whole.subarray(0, whole.length >> 1));
      expect(await refusal(path)).toBe(`half.${format}: not a picture that can be read (${reason})`);
    }
  });
  test("no sharp", async () => {
    const path = await saved("fine.png", raw(corners, 2, 2).png());
    vi.doMock("sharp", () => {
      throw new Error("Could not load the sharp module");
    });
    try {
      expect(await refusal(path)).toBe(
        "fine.png: reading picture files needs the package sharp: npm install sharp",
      );
    } finally {
      vi.doUnmock("sharp");
    }
  });
});

const data = process.env.RECEPTIVE_DATA;
describe.skipIf(!data || !installed)(
  `photographs${data ? unless : " (skipped: RECEPTIVE_DATA is not set)"}`,
  () => {
    test("a truncated JPEG is refused in one line", async () => {
      const path = join(data!, "photos/truncated.jpg");
      await expect(readImage(path)).rejects.toThrow(
        new PictureError(`${path}: not a picture that can be read (premature end of JPEG image)`),
      );
    });
    test("a PNG with a palette comes as RGB", async () => {
      const { width, height, channels } = await readImage(join(data!, "photos/palette_color.png"));
      expect([width, height, channels]).toEqual([10, 10, 3]);
    });
  },
);
