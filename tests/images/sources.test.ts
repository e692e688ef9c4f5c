/** `readImage`, `writeImage` and `encodeImage` with what programs have in their hands. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { FileSource } from "../../src/formats/given-source.js";
import { openFolder } from "../../src/images/folder.js";
import type { Picture } from "../../src/images/picture.js";
import { PictureError } from "../../src/images/picture-error.js";
import { prepareImage } from "../../src/images/prepare-image.js";
import { preprocessings } from "../../src/images/preprocessing.js";
import { readImage } from "../../src/images/read.js";
import { encodeImage, type PictureFormat, writeImage } from "../../src/images/write.js";

const folder = mkdtempSync(join(tmpdir(), "receptive-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));

const colours: Picture = {
  width: 2,
  height: 1,
  channels: 3,
  pixels: Uint8Array.of(255, 0, 0, 1, 2, 3),
};
const grey: Picture = { width: 1, height: 3, channels: 1, pixels: Uint8Array.of(0, 77, 255) };

const refusal = async (act: Promise<unknown>) => {
  const error = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(PictureError);
  return (error as Error).message.replaceAll(`${folder}/`, "");
};

describe("a picture that was written", () => {
  const path = join(folder, "deep/er/colours.png");

  test("is read again, from whatever holds the file", async () => {
    await writeImage(path, colours);
    const bytes = new Uint8Array(readFileSync(path));
    const sources: Record<string, FileSource> = {
      path,
      address: pathToFileURL(path).href,
      url: pathToFileURL(path),
      bytes,
      buffer: bytes.buffer,
      blob: new Blob([bytes]),
      file: new File([bytes], "a.jpg"),
      answer: new Response(bytes),
      data: `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`,
    };
    for (const [name, source] of Object.entries(sources))
      expect(await readImage(source), name).toEqual(colours);
  });

  test.skipIf(process.platform === "win32")("comes through a pipe", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const reading = readImage(pipe);
    await writeFile(pipe, await encodeImage(colours));
    expect(await reading).toEqual(colours);
  });

  test("grey stays grey", async () => {
    await writeImage(join(folder, "grey.png"), grey);
    expect(await readImage(join(folder, "grey.png"))).toEqual(grey);
  });

  test("as bytes of a PNG, a JPEG and a WebP", async () => {
    expect(await readImage(await encodeImage(colours))).toEqual(colours);
    for (const format of ["jpeg", "webp"] as const) {
      const { width, height, pixels } = await readImage(await encodeImage(colours, format));
      expect([width, height, pixels.length]).toEqual([2, 1, 6]);
    }
  });
});

describe("one line for", () => {
  test("names and formats that are not written", async () => {
    expect(await refusal(writeImage(join(folder, "a.gif"), colours))).toBe(
      "a.gif: a picture is written as .png, .jpg, .jpeg, .webp",
    );
    expect(await refusal(writeImage(join(folder, "png"), colours))).toBe(
      "png: a picture is written as .png, .jpg, .jpeg, .webp",
    );
    expect(await refusal(encodeImage(colours, "jpg" as PictureFormat))).toBe(
      'encodeImage: there is no format "jpg", expected "png", "jpeg" or "webp"',
    );
  });

  test("pictures that are none", async () => {
    await expect(writeImage(join(folder, "a.png"), { ...colours, width: 3 })).rejects.toThrow(
      new RangeError("writeImage: the picture has 6 bytes, 1×3×3 are 9"),
    );
    await expect(encodeImage({ ...colours, height: 0 })).rejects.toThrow(
      new RangeError("encodeImage: the picture has 0×2 pixels, expected whole numbers from 1 on"),
    );
    await expect(encodeImage("a.png" as unknown as Picture)).rejects.toThrow(
      new TypeError(
        'encodeImage: the picture is "a.png", expected { width, height, channels, pixels }, as readImage gives it',
      ),
    );
  });

  test("sources that hold no picture", async () => {
    expect(await refusal(readImage(join(folder, "none.png")))).toBe("none.png: no such file");
    expect(await refusal(readImage(pathToFileURL(join(folder, "none.png"))))).toBe(
      "file://none.png: there is no such file",
    );
    expect(await refusal(readImage(new Blob(["no picture"])))).toBe(
      "the Blob: not a picture that can be read (unsupported image format)",
    );
    expect(await refusal(readImage(new File([], "empty.png")))).toBe(
      "empty.png: not a picture that can be read (the file is empty)",
    );
    expect(await refusal(readImage(new Response("", { status: 404, statusText: "Not Found" })))).toBe(
      "the Response: the server answers 404 Not Found",
    );
    expect(await refusal(readImage("opfs:a.png"))).toBe(
      "opfs:a.png: only browsers have opfs:, here a path is a place",
    );
    for (const [source, told] of [
      ["", '""'],
      [undefined, "undefined"],
      [{ path: "a.png" }, "{ path }"],
    ] as const)
      await expect(readImage(source as string)).rejects.toThrow(
        new TypeError(
          `readImage: the source is ${told}, expected a path or address, a Blob, a File, or bytes`,
        ),
      );
  });
});

test("options that there are not are refused by name", async () => {
  await expect(readImage("a.png", { colors: "srgb" } as object)).rejects.toThrow(
    new TypeError("readImage: unknown option `colors`; did you mean `colours`?"),
  );
  await expect(readImage("a.png", { mostPixels: 0 })).rejects.toThrow(
    new RangeError("readImage: mostPixels is 0, expected a number above 0"),
  );
  expect(() => prepareImage(grey, [2, 2, 1], { fit: "fill" as "cover" })).toThrow(
    new RangeError('prepareImage: fit is "fill", expected "cover", "contain" or "stretch"'),
  );
});

test("a folder of classes becomes a data set", async () => {
  const path = join(folder, "set");
  for (let i = 0; i < 20; i++)
    await writeImage(join(path, i % 2 ? "bright" : "dark", `${i}.png`), {
      ...grey,
      pixels: new Uint8Array(3).fill(i % 2 ? 200 : 10),
    });
  const { train, test } = await openFolder(path, { input: [4, 4, 3], preprocessing: preprocessings.centre });
  expect([train.classes, train.length, test.length, train.shape]).toEqual([
    ["bright", "dark"],
    18,
    2,
    [4, 4, 3],
  ]);
  const pixels = await train.read(Int32Array.of(0));
  expect(new Set(pixels)).toEqual(new Set([train.labels[0] === 0 ? 200 : 10]));
});
