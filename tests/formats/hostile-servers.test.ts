/** `load`, `loadWeights` and `readImage` of an address whose server is dead, slow, endless, or answers with something else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PictureError, readImage } from "../../src/images/index.js";
import { load, loadWeights, nn, WeightsError } from "../../src/index.js";

const answers: { [path: string]: (response: ServerResponse) => void } = {
  silent: () => {},
  "no-body": (response) => response.writeHead(200).flushHeaders(),
  drops(response) {
    response.writeHead(200, { "Content-Length": 1e6 });
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  },
  endless(response) {
    const part = Buffer.alloc(1 << 16);
    const more = (): void => {
      while (!response.destroyed && response.write(part));
    };
    response.on("drain", more);
    more();
  },
  huge: (response) => response.writeHead(200, { "Content-Length": 2 ** 40 }).write("x"),
  short(response) {
    response.writeHead(200, { "Content-Length": 100 }).write("0123456789");
    setTimeout(() => response.destroy(), 50);
  },
  page: (response) =>
    response
      .writeHead(200, { "Content-Type": "text/html; charset=utf-8" })
      .end("<!doctype html><title>Sign in</title>"),
  nothing: (response) => response.writeHead(200).end(),
};

let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request: IncomingMessage, response) => answers[request.url!.slice(1)](response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const model = nn.sequential("net", nn.dense(2));
model.build([3]);

const readers = {
  load: { read: load, refused: WeightsError },
  loadWeights: {
    read: (source: string, options?: object) => loadWeights(model, source, options),
    refused: WeightsError,
  },
  readImage: { read: readImage, refused: PictureError },
} as const;

describe.each(["load", "loadWeights", "readImage"] as const)("%s", (name) => {
  const { read, refused } = readers[name];
  const saysOf = async (path: string, options?: object): Promise<string> => {
    const error: Error = await Promise.resolve(read(`${base}/${path}`, options)).then(
      () => new Error("nothing was refused"),
      (refusal) => refusal,
    );
    expect(error).toBeInstanceOf(refused);
    expect(error.message.startsWith(`${base}/${path}: `)).toBe(true);
    return error.message.slice(`${base}/${path}: `.length);
  };

  test("a server that never answers", async () => {
    expect(await saysOf("silent", { timeout: 200 })).toBe("cannot be fetched (no byte for 0.2 seconds)");
  });

  test("a server that answers, and sends nothing", async () => {
    expect(await saysOf("no-body", { timeout: 200 })).toMatch(
      /^the answer breaks off after 0 bytes \((no byte for|only 0 bytes came in) 0\.2 seconds\)$/,
    );
  });

  test("a byte now and then", async () => {
    expect(await saysOf("drops", { timeout: 400 })).toMatch(
      /^the answer breaks off after \d+ bytes \(only \d+ bytes came in 0\.4 seconds\)$/,
    );
  });

  test("a body without an end, and one that announces a terabyte", async () => {
    expect(await saysOf("endless", { mostBytes: 1e6 })).toMatch(
      /^the answer has \d+ and more bytes, more than the 1000000 that are read; \{ mostBytes \} allows more$/,
    );
    expect(await saysOf("huge")).toBe(
      "the answer has 1099511627776 bytes, more than the 1073741824 that are read; { mostBytes } allows more",
    );
  });

  test("fewer bytes than were announced", async () => {
    expect(await saysOf("short")).toMatch(/^the answer breaks off after \d+ bytes \(.+\)$/);
  });

  test("a web page instead of a file", async () => {
    expect(await saysOf("page")).toBe("the server answers with a web page (text/html), expected a file");
  });

  test("the reason of a signal, whenever it comes", async () => {
    const early = read(`${base}/silent`, { signal: AbortSignal.abort("changed my mind") });
    await expect(early).rejects.toBe("changed my mind");
    for (const path of ["silent", "no-body", "drops"]) {
      const stop = new AbortController();
      const reading = read(`${base}/${path}`, { signal: stop.signal });
      setTimeout(() => stop.abort("no longer wanted"), 100);
      await expect(reading).rejects.toBe("no longer wanted");
    }
  });

  test("what `fetch` answered, too", async () => {
    const response = await fetch(`${base}/drops`);
    const reading = read(response as never, { timeout: 300 });
    await expect(reading).rejects.toThrow(
      /drops: the answer breaks off after \d+ bytes \(only \d+ bytes came/,
    );
  });

  test("options that there are not", async () => {
    await expect(read(`${base}/silent`, { timeOut: 5 } as never)).rejects.toThrow(
      `${name}: unknown option \`timeOut\`; did you mean \`timeout\`?`,
    );
    await expect(read(`${base}/silent`, { timeout: 0 })).rejects.toThrow(
      `${name}: timeout is 0, expected a number above 0`,
    );
  });
});
