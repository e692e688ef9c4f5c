import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { PictureError } from "../../src/images/picture-error.js";
import { readImage } from "../../src/images/read.js";
import { loadSharp } from "../../src/images/sharp.js";

vi.mock("../../src/images/sharp.js", { spy: true });

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
      ["png", "premature end of PNG image"],
    ] as const) {
      const whole = await raw(noise, 64, 64).toFormat(format).toBuffer();
      const path = await saved(`half.${format}`, whole.subarray(0, whole.length >> 1));
      expect(await refusal(path)).toBe(`half.${format}: not a picture that can be read (${reason})`);
    }
  });
  test("no sharp", async () => {
    const fine = await saved("fine.png", raw(corners, 2, 2).png());
    const path = await saved("modern.avif", raw(corners, 2, 2).avif());
    vi.mocked(loadSharp).mockReturnValue(undefined);
    try {
      expect(await refusal(path)).toBe(
        "modern.avif: AVIF pictures are read with the package sharp: npm install sharp",
      );
      expect((await readImage(fine)).pixels).toEqual(Uint8Array.from(corners));
    } finally {
      vi.mocked(loadSharp).mockReset();
    }
  });
});

describe("what a file is, its first bytes say", () => {
  const named = async (name: string, content: string | Uint8Array) => {
    const bytes = typeof content === "string" ? Uint8Array.from(content, (c) => c.charCodeAt(0)) : content;
    const path = join(folder, name);
    await writeFile(path, bytes);
    const error = await readImage(path).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PictureError);
    return (error as Error).message.replace(`${folder}/`, "");
  };

  test("a photograph of a phone is named for what it is", async () => {
    const heic = await readFile(new URL("golden/refused/hand.heic", import.meta.url));
    for (const name of ["hand.heic", "hand.jpg"])
      expect(await named(name, heic)).toBe(
        `${name}: not a picture that can be read (HEIC, which phones write, cannot be read; convert it to JPEG)`,
      );
    expect(await named("more.heif", "\0\0\0\x1cftypmif1\0\0\0\0miafheic")).toContain(
      "(HEIC, which phones write",
    );
  });

  test.each([
    ["page.jpg", "%PDF-1.7 ...", "a PDF cannot be read; convert its page to PNG"],
    ["cats.png", "PK\x03\x04 and so on", "a zip archive, no picture"],
    ["lost.jpg", "<!DOCTYPE html><title>404</title>", "a web page, no picture"],
    ["._cat.jpg", "\0\x05\x16\x07", "macOS's notes about another file, no picture"],
    [
      "large.jpg",
      "version https://git-lfs.github.com/spec/v1\noid",
      "a pointer of Git LFS; git lfs pull brings the picture",
    ],
    ["layers.jpg", "8BPS\0\x01", "a Photoshop file cannot be read; convert it to PNG"],
    ["clip.jpg", "\0\0\0\x18ftypmp42\0\0\0\0", "a film, no picture"],
    ["notes.jpg", "BMW and other words, which are no bitmap", "unsupported image format"],
    ["one.jpg", "x", "unsupported image format"],
    ["nothing.jpg", "", "the file is empty"],
  ])("%s", async (name, content, what) => {
    expect(await named(name, content)).toBe(`${name}: not a picture that can be read (${what})`);
  });

  test("a wrong ending does no harm", async () => {
    const formats = fileURLToPath(new URL("golden/formats/", import.meta.url));
    for (const [from, to] of [
      ["plain.png", "a.jpg"],
      ["plain.jpg", "a.png"],
      ["plain.bmp", "a.JPEG"],
      ["plain.gif", "a"],
    ]) {
      const path = join(folder, to);
      await copyFile(formats + from, path);
      expect(await readImage(path)).toEqual(await readImage(formats + from));
    }
  });

  test("colours as they are stored, on request", async () => {
    const formats = fileURLToPath(new URL("golden/formats/", import.meta.url));
    const stored = await readImage(`${formats}adobe.png`, { colours: "as-stored" });
    // The formula by which the files were made: red is 9 x, green 13 y, blue 255 − 5 x.
    const wanted = Array.from({ length: 18 * 26 }, (_, i) => [
      9 * (i % 26),
      13 * Math.floor(i / 26),
      255 - 5 * (i % 26),
    ]);
    expect([...stored.pixels]).toEqual(wanted.flat());
    expect((await readImage(`${formats}adobe.png`)).pixels).not.toEqual(stored.pixels);
  });

  test("a TIFF whose numbers have no certain white is refused by its type", async () => {
    const refused = fileURLToPath(new URL("golden/refused/", import.meta.url));
    for (const [file, what] of [
      [
        "int32.tiff",
        "a TIFF of signed whole numbers of 32 bits, which is not read: expected unsigned ones of up to 16 bits, or floats from 0 to 1",
      ],
      ["float255.tiff", "a TIFF of floats, of which one is 8.5: expected 0 (black) to 1 (white)"],
    ])
      await expect(readImage(refused + file)).rejects.toThrow(
        new PictureError(`${refused}${file}: not a picture that can be read (${what})`),
      );
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
