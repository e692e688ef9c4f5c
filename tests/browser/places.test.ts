import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkpointOf, encodeCheckpoint, nn } from "../../src/index.js";
import { missing, type OpenedPage, openPage } from "./open-page.js";
import type { Library } from "./places-page.js";

/** What the page's module left there. */
declare const library: Library;

const net = nn.sequential("net", nn.flatten(), nn.dense(3));
net.build([2, 2, 1], { seed: 1 });
const bytes = encodeCheckpoint(
  await checkpointOf(net, { input: [2, 2, 1], data: { name: "d", classes: ["a", "b", "c"] } }),
);

describe.skipIf(missing !== "")(`places of a page ${missing}`, () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage(["places-page.ts"], {
      "/net.safetensors": { type: "application/octet-stream", content: bytes },
    });
  }, 120_000);
  afterAll(() => opened?.close());

  /** What a checkpoint's bytes come to after a place has had them; or what was said. */
  const throughPlace = (place: string): Promise<string> =>
    opened.page.evaluate(
      async ({ place, bytes }) => {
        const { load, save, encodeCheckpoint } = library;
        const given = new Uint8Array(bytes);
        try {
          await save(place, await load(given));
          const back = encodeCheckpoint(await load(place));
          return String(back.length === given.length && back.every((byte, i) => byte === given[i]));
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`;
        }
      },
      { place, bytes: [...bytes] },
    );

  test.each(["opfs:net", "opfs:models/of mine/net.safetensors", "indexeddb:net", "indexeddb:a/../ü"])(
    "what save writes to %s, load finds there; twice",
    async (place) => {
      expect(await throughPlace(place)).toBe("true");
      expect(await throughPlace(place)).toBe("true");
    },
  );

  test.each([
    [
      "net.safetensors",
      'net.safetensors: a page has no files: "opfs:net.safetensors" and "indexeddb:net.safetensors" keep it in the browser, "download:net.safetensors" gives it to the user',
    ],
    [
      "https://somewhere/net",
      'https://somewhere/net: an address of the web cannot be written to; "opfs:NAME" and "indexeddb:NAME" keep a file in the browser, "download:NAME" gives it to the user',
    ],
    ["opfs:", 'opfs:: the name is missing, expected "opfs:NAME"'],
    ["opfs:../net", 'opfs:../net: is no name of a file, expected "opfs:NAME" or "opfs:FOLDER/NAME"'],
    ["indexeddb: ", 'indexeddb: : the name is missing, expected "indexeddb:NAME"'],
    [
      "download:x/y",
      "download:x/y: a page cannot read downloads; the user chooses the file, and load takes it",
    ],
  ])("nothing can be written to %s and read from there", async (place, message) => {
    expect(await throughPlace(place)).toBe(`WeightsError: ${message}`);
  });

  test("load takes addresses of the page, and says what is not there", async () => {
    const said = await opened.page.evaluate(async () => {
      const { load } = library;
      const tried = [];
      for (const place of [
        "net.safetensors",
        "./net.safetensors?x",
        new URL("/net.safetensors", location.href),
        await fetch("net.safetensors"),
        new File([await (await fetch("net.safetensors")).arrayBuffer()], "mine.safetensors"),
        "no.safetensors",
        "opfs:no",
        "opfs:no/no",
        "indexeddb:no",
        "https://",
      ])
        tried.push(
          await load(place).then(
            () => "read",
            (error: Error) => error.message,
          ),
        );
      return tried;
    });
    expect(said).toEqual([
      "read",
      "./net.safetensors?x: the server answers 404 Not Found",
      "read",
      "read",
      "read",
      "no.safetensors: the server answers 404 Not Found",
      "opfs:no: there is no such checkpoint",
      "opfs:no/no: there is no such checkpoint",
      "indexeddb:no: there is no such checkpoint",
      `https://: is no address here, where addresses count from ${opened.address}`,
    ]);
  });

  test("download: gives the user the file", async () => {
    const waiting = opened.page.waitForEvent("download");
    await opened.page.evaluate(async () => {
      const { load, save } = library;
      await save("download:my net.safetensors", await load("net.safetensors"));
    });
    const download = await waiting;
    expect(download.suggestedFilename()).toBe("my net.safetensors");
    expect(new Uint8Array(await readFile(await download.path()))).toEqual(bytes);
  });

  test("loadWeights takes an address", async () => {
    const weights = await opened.page.evaluate(async () => {
      const { loadWeights, nn } = library;
      const model = nn.sequential("net", nn.flatten(), nn.dense(3));
      model.build([2, 2, 1], { blank: true });
      await loadWeights(model, "net.safetensors");
      return [...((await model.parameters.get("dense1.weights")!.read()) as Float32Array)];
    });
    expect(weights).toEqual([...((await net.parameters.get("dense1.weights")!.read()) as Float32Array)]);
  });
});
