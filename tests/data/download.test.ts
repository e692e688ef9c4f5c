import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError } from "../../src/data/dataset.js";
import { download } from "../../src/data/download.js";

const content = new Uint8Array(100_000).map((_, i) => (i * 7919) >> 5);
const sha256 = createHash("sha256").update(content).digest("hex");

const whole = (bytes: Uint8Array) => Buffer.from(bytes).equals(content);

describe("download", () => {
  let folder: string;
  let stop: () => Promise<void> = async () => {};
  const path = () => join(folder, "file.gz");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "receptive-download-"));
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    const requests: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      requests.push(request.headers.range);
      answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    stop = async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    };
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.gz`;
    return { address, requests, remote: { addresses: [address], bytes: content.length, sha256 } };
  }

  /** Sends what is asked for, as a good server does; `end` is where it breaks off. */
  function send(request: IncomingMessage, response: ServerResponse, end = content.length) {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from ? 206 : 200, {
      "Content-Length": content.length - from,
      ...(from && { "Content-Range": `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    // Breaks off only after a while: what has come but was not yet read is lost with the connection.
    if (end < content.length)
      response.write(content.subarray(from, end), () => setTimeout(() => response.destroy(), 100));
    else response.end(content.subarray(from));
  }

  const left = () => readdir(folder);

  test("a disk that takes nothing: told at once, in its words, and no other address is asked", async () => {
    const { remote, address, requests } = await serve(send);
    await writeFile(join(folder, "file"), "");
    const below = join(folder, "file", "data.gz");
    await expect(download("data.gz", { ...remote, addresses: [address, address] }, below)).rejects.toThrow(
      `${below}.part: a part of the path is a file, not a directory`,
    );
    expect(requests).toHaveLength(1);
    expect(await left()).toEqual(["file"]);
  });

  test("a good server: the file lies there, and the progress ends at the whole", async () => {
    const { remote } = await serve(send);
    const seen: number[] = [];
    const onProgress = ({ received }: { received: number }) => seen.push(received);
    const bytes = await download("file.gz", remote, path(), { onProgress });
    expect(whole(bytes)).toBe(true);
    expect(whole(await readFile(path()))).toBe(true);
    expect(await left()).toEqual(["file.gz"]);
    expect(seen.at(-1)).toBe(content.length);
  });

  test("without a path nothing is written", async () => {
    const { remote } = await serve(send);
    expect(whole(await download("file.gz", remote))).toBe(true);
    expect(await left()).toEqual([]);
  });

  test("a server that breaks off half way is asked for the rest", async () => {
    let answers = 0;
    const { remote, requests } = await serve((request, response) =>
      send(request, response, ++answers * 40_000),
    );
    expect(whole(await download("file.gz", remote, path()))).toBe(true);
    expect(requests).toEqual([undefined, "bytes=40000-", "bytes=80000-"]);
    expect(await left()).toEqual(["file.gz"]);
  });

  test("what an earlier download left is used", async () => {
    await writeFile(`${path()}.part`, content.subarray(0, 60_000));
    const { remote, requests } = await serve(send);
    expect(whole(await download("file.gz", remote, path()))).toBe(true);
    expect(requests).toEqual(["bytes=60000-"]);
  });

  test("a server that ignores Range sends the file from its beginning", async () => {
    await writeFile(`${path()}.part`, content.subarray(0, 60_000));
    const { remote } = await serve((_, response) => response.end(content));
    expect(whole(await download("file.gz", remote, path()))).toBe(true);
  });

  test("a damaged remainder of an earlier download is thrown away", async () => {
    await writeFile(`${path()}.part`, new Uint8Array(60_000));
    const { remote, requests } = await serve(send);
    expect(whole(await download("file.gz", remote, path()))).toBe(true);
    expect(requests).toEqual(["bytes=60000-", undefined]);
  });

  test("a remainder longer than the file is thrown away", async () => {
    await writeFile(`${path()}.part`, new Uint8Array(200_000));
    const { remote, requests } = await serve(send);
    expect(whole(await download("file.gz", remote, path()))).toBe(true);
    expect(requests).toEqual([undefined]);
  });

  test("always broken off at the same place: an error, and the part is kept for another day", async () => {
    const { remote, requests, address } = await serve((request, response) => send(request, response, 40_000));
    await expect(download("file.gz", remote, path(), { attempts: 2 })).rejects.toThrow(
      new DataError(`file.gz cannot be downloaded; ${address}: other side closed`),
    );
    expect(requests.length).toBe(3); // the first one got further than before, then two did not
    expect(await left()).toEqual(["file.gz.part"]);
  });

  test("a server that announces less than the file has", async () => {
    const { remote, address } = await serve((_, response) => {
      response.writeHead(200, { "Content-Length": 1000 });
      response.end(content.subarray(0, 1000));
    });
    await expect(download("file.gz", remote, path(), { attempts: 2 })).rejects.toThrow(
      new DataError(`file.gz cannot be downloaded; ${address}: broke off after 1000 of 100000 bytes`),
    );
    expect(await left()).toEqual(["file.gz.part"]);
  });

  test("a server that sends more than the file has", async () => {
    const { remote, address } = await serve((_, response) => {
      response.end(Buffer.concat([content, content]));
    });
    await expect(download("file.gz", remote, path())).rejects.toThrow(
      new DataError(`file.gz cannot be downloaded; ${address}: sent more than the 100000 bytes expected`),
    );
    expect(await left()).toEqual([]);
  });

  test("a server that resumes at another place than asked", async () => {
    await writeFile(`${path()}.part`, content.subarray(0, 60_000));
    const { remote, address } = await serve((_, response) => {
      response.writeHead(206, { "Content-Range": `bytes 0-99999/100000` });
      response.end(content);
    });
    await expect(download("file.gz", remote, path())).rejects.toThrow(
      new DataError(
        `file.gz cannot be downloaded; ${address}: the server sent bytes 0-99999/100000, expected bytes 60000-99999/100000`,
      ),
    );
  });

  test("wrong bytes are never kept", async () => {
    const wrong = content.slice();
    wrong[500] ^= 1;
    const { remote, address } = await serve((_, response) => response.end(wrong));
    const sum = createHash("sha256").update(wrong).digest("hex");
    await expect(download("file.gz", remote, path(), { attempts: 2 })).rejects.toThrow(
      new DataError(
        `file.gz cannot be downloaded; ${address}: sent other bytes (SHA-256 ${sum.slice(0, 12)}…, expected ${sha256.slice(0, 12)}…)`,
      ),
    );
    expect(await left()).toEqual([]);
  });

  test("a silent server is given up, before and in the middle of its answer", async () => {
    for (const sent of [0, 5000]) {
      const { remote, address } = await serve((_, response) => {
        if (sent === 0) return;
        response.writeHead(200, { "Content-Length": content.length });
        response.write(content.subarray(0, sent));
      });
      await expect(download("file.gz", remote, path(), { attempts: 1, timeout: 100 })).rejects.toThrow(
        new DataError(`file.gz cannot be downloaded; ${address}: no byte for 0.1 seconds`),
      );
      expect(await left()).not.toContain("file.gz");
      await stop();
    }
  });

  test("an empty answer", async () => {
    const { remote, address } = await serve((_, response) => response.end());
    await expect(download("file.gz", remote, path())).rejects.toThrow(
      new DataError(`file.gz cannot be downloaded; ${address}: broke off after 0 of 100000 bytes`),
    );
  });

  test("not there: asked once, then the next address", async () => {
    const { remote, requests, address } = await serve((request, response) => {
      if (request.url === "/file.gz") send(request, response);
      else response.writeHead(404).end();
    });
    const gone = address.replace("file.gz", "gone.gz");
    expect(whole(await download("file.gz", { ...remote, addresses: [gone, address] }, path()))).toBe(true);
    expect(requests.length).toBe(2);
    await expect(download("gone.gz", { ...remote, addresses: [gone] }, `${path()}2`)).rejects.toThrow(
      new DataError(`gone.gz cannot be downloaded; ${gone}: the server answers 404 Not Found`),
    );
  });

  test("no server at all", async () => {
    const { remote, address } = await serve(send);
    await stop();
    stop = async () => {};
    await expect(download("file.gz", remote, path())).rejects.toThrow(
      new DataError(
        `file.gz cannot be downloaded; ${address}: connect ECONNREFUSED ${new URL(address).host}`,
      ),
    );
  });

  test("a host with two addresses, none of which answers", async () => {
    const { remote, address } = await serve(send);
    await stop();
    stop = async () => {};
    const localhost = address.replace("127.0.0.1", "localhost");
    await expect(download("file.gz", { ...remote, addresses: [localhost] }, path())).rejects.toThrow(
      /^file\.gz cannot be downloaded; http:\/\/localhost:\d+\/file\.gz: connect \w+ .*:\d+/,
    );
  });

  test("stopped by the caller: the caller's reason, and nothing under the file's name", async () => {
    const { remote } = await serve((_, response) => {
      response.writeHead(200, { "Content-Length": content.length });
      response.write(content.subarray(0, 5000));
    });
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    await expect(
      download("file.gz", remote, path(), { signal: controller.signal, onProgress }),
    ).rejects.toThrow(new Error("enough"));
    expect(await left()).toEqual(["file.gz.part"]);
  });
});

test("a byte now and then does not last for ever: it is too slow", async () => {
  const slow = createServer((_, response) => {
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((listening) => slow.listen(0, "127.0.0.1", listening));
  const address = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/f`;
  const remote = { addresses: [address], bytes: 1_000_000, sha256: "0".repeat(64) };
  await expect(download("f", remote, undefined, { timeout: 300, attempts: 2 })).rejects.toThrow(
    /^f cannot be downloaded; http:\/\/127\.0\.0\.1:\d+\/f: only \d+ bytes came in 0\.3 seconds$/,
  );
  slow.closeAllConnections();
  await new Promise((closed) => slow.close(closed));
});
