import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memorySource } from "../../src/formats/index.js";
import { loadWeights, models, nn } from "../../src/index.js";
import { type Checkpoint, checkpointOf, encodeCheckpoint } from "../../src/training/checkpoint.js";
import { load, save } from "../../src/training/opened-checkpoint.js";
import { WeightsError } from "../../src/training/weights-checks.js";

const model = nn.sequential("net", nn.flatten(), nn.dense(3));
model.build([2, 2, 1], { seed: 1 });
const checkpoint = await checkpointOf(model, {
  input: [2, 2, 1],
  data: { name: "d", classes: ["a", "b", "c"] },
});
const bytes = encodeCheckpoint(checkpoint);
const weightsOf = ({ weights }: Checkpoint) => [...weights].map(([path, { data }]) => [path, [...data]]);

let folder: string;
let server: Server;
let address: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-places-"));
  server = createServer((request, response) => {
    if (request.url === "/net.safetensors") return response.end(bytes);
    if (request.url === "/page") return response.end("<!doctype html><title>a page</title>".repeat(9));
    if (request.url === "/cut") {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 100));
      return setTimeout(() => response.destroy(), 50);
    }
    return response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await save(join(folder, "net.safetensors"), checkpoint);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const sources: readonly [string, () => Parameters<typeof load>[0] | Promise<Parameters<typeof load>[0]>][] = [
  ["a path", () => join(folder, "net.safetensors")],
  ["the URL of a file", () => pathToFileURL(join(folder, "net.safetensors"))],
  ["the URL of a file as text", () => pathToFileURL(join(folder, "net.safetensors")).href],
  ["an address of the web", () => `${address}/net.safetensors`],
  ["an address as URL", () => new URL(`${address}/net.safetensors`)],
  ["a data: address", () => `data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}`],
  ["a blob: address", () => URL.createObjectURL(new Blob([bytes]))],
  ["a Blob", () => new Blob([bytes])],
  ["a File", () => new File([bytes], "net.safetensors")],
  ["a Response", () => fetch(`${address}/net.safetensors`)],
  [
    "a Buffer, which may lie anywhere in its memory",
    () => Buffer.concat([Buffer.of(1, 2, 3), bytes]).subarray(3),
  ],
  ["a Uint8Array", () => bytes],
  ["an ArrayBuffer", () => bytes.slice().buffer],
  ["a DataView", () => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)],
  ["a source that is read in parts", () => memorySource("net", bytes)],
];

describe("load", () => {
  test.each(sources)("takes %s", async (_, source) => {
    expect(weightsOf(await load(await source()))).toEqual(weightsOf(checkpoint));
  });

  test.each<[string, () => unknown, string]>([
    ["a file that is not there", () => join(folder, "no"), "FOLDER/no: there is no such checkpoint"],
    ["an address that is not there", () => `${address}/no`, "SERVER/no: the server answers 404 Not Found"],
    [
      "a server that is not there",
      () => "http://127.0.0.1:9/net.safetensors",
      "http://127.0.0.1:9/net.safetensors: cannot be fetched (bad port)",
    ],
    [
      "an answer that ends too soon",
      () => `${address}/cut`,
      expect.stringMatching(
        /^SERVER\/cut: the answer breaks off after \d+ bytes \((terminated|other side closed)\)$/,
      ),
    ],
    ["a place of browsers", () => "opfs:net", "opfs:net: only browsers have opfs:, here a path is a place"],
  ])("names %s", async (_, source, message) => {
    const error = await load((await source()) as string).catch((error: Error) => error);
    expect(error).toBeInstanceOf(WeightsError);
    expect((error as Error).message.replace(address, "SERVER").replace(folder, "FOLDER")).toEqual(message);
  });

  test("a web page in the place of a checkpoint, and bytes that are none, are refused in one line", async () => {
    for (const source of [`${address}/page`, new Uint8Array(3), new Blob([]), new Blob(["hello, world"])]) {
      const { name, message } = await load(source).then(
        () => new Error("it was read"),
        (error: Error) => error,
      );
      expect(name).toMatch(/^(Safetensors|Weights)Error$/);
      expect(message).toMatch(/^(http:\/\/\S+\/page|the bytes|the Blob): [^\n]+$/);
    }
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "undefined"],
    ["an empty name", "", '""'],
    ["a number", 7, "7"],
    ["a checkpoint", { model: {}, weights: {} }, "{ model, weights }"],
  ])("refuses %s", async (_, source, words) => {
    await expect(load(source as string)).rejects.toThrow(
      new TypeError(`load: the source is ${words}, expected a path or address, a Blob, a File, or bytes`),
    );
  });

  test("a promise is to be awaited, and a model is no file", async () => {
    await expect(load(Promise.resolve("x") as unknown as string)).rejects.toThrow(
      new TypeError(
        "load: the source is a Promise, expected a path or address, a Blob, a File, or bytes; await it first",
      ),
    );
    await expect(load(model as unknown as string)).rejects.toThrow(
      new TypeError(
        "load: the source is a model, net, expected a file; loadWeights(model, source) gives a model its weights",
      ),
    );
  });
});

describe("save", () => {
  test("takes the URL of a file, as an object and as text", async () => {
    for (const name of ["a b.safetensors", "c.safetensors"]) {
      const url = pathToFileURL(join(folder, name));
      await save(name === "c.safetensors" ? url.href : url, checkpoint);
      expect(new Uint8Array(await readFile(join(folder, name)))).toEqual(bytes);
    }
  });

  const wrong: [string, unknown, unknown, string][] = [
    [
      "swapped, the model itself",
      model,
      "a.safetensors",
      'the place comes first: save("a.safetensors", checkpointOf(model, …))',
    ],
    ["swapped", checkpoint, "a.safetensors", 'the place comes first: save("a.safetensors", checkpoint)'],
    [
      "swapped, a URL",
      checkpoint,
      new URL("file:///a"),
      'the place comes first: save("file:///a", checkpoint)',
    ],
    [
      "a model for its checkpoint",
      "a.safetensors",
      model,
      "net is a model, expected a checkpoint of it: checkpointOf(model, { input, data })",
    ],
    [
      "no checkpoint",
      "a.safetensors",
      undefined,
      "the checkpoint is undefined, expected what checkpointOf or fit's checkpoints give",
    ],
    [
      "weights alone",
      "a.safetensors",
      { weights: {} },
      "the checkpoint is { weights }, expected what checkpointOf or fit's checkpoints give",
    ],
    [
      "no place",
      undefined,
      checkpoint,
      'the place is undefined, expected a path, or in a page "download:NAME", "opfs:NAME" or "indexeddb:NAME"',
    ],
    [
      "an empty place",
      "",
      checkpoint,
      'the place is "", expected a path, or in a page "download:NAME", "opfs:NAME" or "indexeddb:NAME"',
    ],
    [
      "a model alone",
      model,
      undefined,
      'the place is a model, net, expected a path, or in a page "download:NAME", "opfs:NAME" or "indexeddb:NAME"',
    ],
  ];
  test.each(wrong)("refuses %s", async (_, place, given, message) => {
    await expect(save(place as string, given as Checkpoint)).rejects.toThrow(
      new TypeError(`save: ${message}`),
    );
  });

  test.each([
    ["http://somewhere/a", "http://somewhere/a: an address of the web cannot be written to, a path can"],
    ["download:a", "download:a: only browsers have download:, here a path is a place"],
    ["file://elsewhere/a", /^file:\/\/elsewhere\/a: is no address of a file \([^\n]+\)$/],
  ])("cannot write to %s", async (place, message) => {
    const error = await save(place, checkpoint).catch((error: Error) => error);
    expect(error).toBeInstanceOf(WeightsError);
    if (message instanceof RegExp) expect((error as Error).message).toMatch(message);
    else expect((error as Error).message).toBe(message);
  });
});

describe("loadWeights", () => {
  const blank = () => {
    const made = nn.sequential("net", nn.flatten(), nn.dense(3));
    made.build([2, 2, 1], { blank: true });
    return made;
  };

  test.each(sources)("takes %s", async (_, source) => {
    const made = blank();
    await loadWeights(made, await source());
    expect(await made.parameters.get("dense1.weights")!.read()).toEqual(
      checkpoint.weights.get("dense1.weights")!.data,
    );
  });

  test("names what is not there, and what is the wrong way round", async () => {
    await expect(loadWeights(blank(), "no.pth")).rejects.toThrow(
      new WeightsError("no.pth: there is no such file"),
    );
    await expect(
      loadWeights("no.pth" as unknown as typeof model, blank() as unknown as string),
    ).rejects.toThrow(new TypeError("loadWeights: the model comes first: loadWeights(model, source)"));
    await expect(loadWeights(undefined as unknown as typeof model, "no.pth")).rejects.toThrow(
      new TypeError('loadWeights: the model is undefined, expected one, such as models.resnet("resnet18")'),
    );
    await expect(loadWeights(blank(), {} as unknown as string)).rejects.toThrow(
      new TypeError("loadWeights: the source is {}, expected a path or address, a Blob, a File, or bytes"),
    );
    expect(models.loadWeights).toBe(loadWeights);
  });
});
