import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, type OpenedPage, openPage } from "./open-page.js";
import type { Library } from "./pictures-page.js";

/** What the page's module left there. */
declare const library: Library;

describe.skipIf(missing !== "")(`pictures of a page ${missing}`, () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage(["pictures-page.ts"]);
  }, 120_000);
  afterAll(() => opened?.close());

  test("whatever a page can draw is the same tensor: red, green, blue, transparent", async () => {
    const read = await opened.page.evaluate(async () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [3, 2];
      const context = canvas.getContext("2d")!;
      for (const [x, colour] of ["#f00", "#0f0", "#00f"].entries()) {
        context.fillStyle = colour;
        context.fillRect(x, 0, 1, 1);
      }
      const offscreen = new OffscreenCanvas(3, 2);
      offscreen.getContext("2d")!.drawImage(canvas, 0, 0);
      const blob = (await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve)))!;
      const img = new Image();
      img.src = canvas.toDataURL();
      const sources = {
        imageData: context.getImageData(0, 0, 3, 2),
        canvas,
        offscreen,
        bitmap: await createImageBitmap(canvas),
        img,
        blob,
        file: new File([blob], "a.png"),
        bytes: new Uint8Array(await blob.arrayBuffer()),
        frame: new VideoFrame(canvas, { timestamp: 0 }),
      };
      const found: Record<string, unknown> = {};
      for (const [name, source] of Object.entries(sources)) {
        const x = await library.pictureFrom(source);
        found[name] = [...x.shape, ...(await x.data())];
      }
      const small = await library.pictureFrom([canvas, img], { channels: 1, size: [28, 28] });
      return { found, small: [...small.shape] };
    });
    const expected = [1, 2, 3, 3, 255, 0, 0, 0, 255, 0, 0, 0, 255, ...new Array(9).fill(255)];
    const { frame, ...exact } = read.found;
    for (const [name, values] of Object.entries(exact)) expect(values, name).toEqual(expected);
    // A frame's colours go through those of films, where transparency is lost.
    expect((frame as number[]).slice(0, 4)).toEqual([1, 2, 3, 3]);
    expect(read.small).toEqual([2, 28, 28, 1]);
  });

  test("what has no pixels is told in one line", async () => {
    const said = await opened.page.evaluate(async () => {
      const broken = new Image();
      broken.src = "data:image/png;base64,AAAA";
      const closed = await createImageBitmap(new ImageData(1, 1));
      closed.close();
      const empty = document.createElement("canvas");
      empty.width = 0;
      const tried = [];
      for (const source of [
        new Image(),
        broken,
        closed,
        empty,
        document.createElement("video"),
        new Blob(["no picture"]),
        document.body,
      ])
        tried.push(await library.pictureFrom(source as HTMLCanvasElement).catch(String));
      return tried;
    });
    expect(said).toEqual([
      "TypeError: data.pictureFrom: the source is an HTMLImageElement without pixels: it has no src",
      "TypeError: data.pictureFrom: the source is an HTMLImageElement without pixels: it cannot be loaded",
      "TypeError: data.pictureFrom: the source is an ImageBitmap without pixels",
      "TypeError: data.pictureFrom: the source is an HTMLCanvasElement without pixels",
      "TypeError: data.pictureFrom: the source is an HTMLVideoElement without pixels: it has no frame yet",
      "TypeError: data.pictureFrom: the Blob: not a picture that can be read (The source image could not be decoded.)",
      "TypeError: data.pictureFrom: the source is an HTMLBodyElement, expected ImageData, a canvas, an image, a video frame, or a picture file as Blob or bytes",
    ]);
  });
});
