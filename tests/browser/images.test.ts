import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeImage } from "../../src/images/write.js";
import type { Library } from "./images-page.js";
import { missing, type OpenedPage, openPage } from "./open-page.js";

/** What the page's module left there. */
declare const library: Library;

const pixels = [255, 0, 0, 1, 2, 3];

describe.skipIf(missing !== "")(`receptive/images in a page ${missing}`, () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    const content = await encodeImage({ width: 2, height: 1, channels: 3, pixels: Uint8Array.from(pixels) });
    opened = await openPage(["images-page.ts"], { "/photo.png": { type: "image/png", content } });
  }, 120_000);
  afterAll(() => opened?.close());

  test("reads pictures from the server, the page's storage and the user's hands, and writes them", async () => {
    const read = await opened.page.evaluate(async () => {
      const { encodeImage, readImage, writeImage } = library.images;
      const photo = await readImage("photo.png");
      await writeImage("opfs:kept/photo.png", photo);
      const bytes = await encodeImage(photo);
      const sources = [
        "opfs:kept/photo.png",
        new URL("/photo.png", location.href),
        await fetch("/photo.png"),
        bytes,
        new Blob([bytes as Uint8Array<ArrayBuffer>]),
        new File([bytes as Uint8Array<ArrayBuffer>], "a.png"),
      ];
      const all = [photo];
      for (const source of sources) all.push(await readImage(source));
      const sizes = [];
      for (const format of ["jpeg", "webp"] as const)
        sizes.push((await readImage(await encodeImage(photo, format))).width);
      return {
        sizes,
        all: all.map(({ width, height, channels, pixels }) => [width, height, channels, ...pixels]),
      };
    });
    expect(read.all).toEqual(Array(7).fill([2, 1, 3, ...pixels]));
    expect(read.sizes).toEqual([2, 2]);
  });

  test("what it cannot do is told in one line", async () => {
    const said = await opened.page.evaluate(async () => {
      const { openFolder, preprocessings, readImage, writeImage, PictureError } = library.images;
      const photo = await readImage("photo.png");
      const tried = [
        readImage("none.png"),
        readImage("opfs:none.png"),
        readImage(new Blob(["no picture"])),
        readImage("photo.png", { mostPixels: 1 }),
        writeImage("photo.gif", photo),
        writeImage("photo.png", photo),
        openFolder("photos", { input: [1, 1, 3], preprocessing: preprocessings.centre }),
      ];
      const told = [];
      for (const one of tried)
        told.push(
          await one.then(
            () => "nothing",
            (error) => `${error instanceof PictureError} ${error}`,
          ),
        );
      return told;
    });
    expect(said).toEqual([
      "true PictureError: none.png: the server answers 404 Not Found",
      "true PictureError: opfs:none.png: no such file",
      "true PictureError: the Blob: not a picture that can be read (The source image could not be decoded.)",
      "true PictureError: photo.png: has 2×1 pixels, more than the 1 that are read",
      "true PictureError: photo.gif: a picture is written as .png, .jpg, .jpeg, .webp",
      'false PlaceError: photo.png: a page has no files: "opfs:photo.png" and "indexeddb:photo.png" keep it in the browser, "download:photo.png" gives it to the user',
      "false DataError: photos: a page in the browser has no folders; readImage takes each of its files",
    ]);
  });

  test("a network's heat map becomes a picture", async () => {
    const shape = await opened.page.evaluate(async () => {
      const { images, lenet5, saliency } = library;
      const digit = images.prepareImage(await images.readImage("photo.png"), [28, 28, 1]);
      const model = lenet5();
      const map = saliency(model, images.tensorOf(digit), { target: 3 });
      const [, height, width] = (await map).shape;
      const picture = images.heatPicture(await (await map).data(), { height, width });
      const over = images.overlay(digit, await (await map).data(), { height, width });
      return [picture.height, picture.width, picture.channels, over.pixels.length];
    });
    expect(shape).toEqual([28, 28, 3, 28 * 28 * 3]);
  });
});
