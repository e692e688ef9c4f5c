import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isHubName } from "../../src/models/hugging-face.js";
import { HubError, openHub } from "../../src/models/open-hub.js";

const installed = await import("@huggingface/hub").then(
  () => "",
  () => " (skipped: @huggingface/hub is not installed)",
);

const weights = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);

/** The parts of the hub that we ask. */
function hub(content: Uint8Array, { breakAfter = Number.POSITIVE_INFINITY } = {}) {
  const requests: string[] = [];
  const sum = createHash("sha256").update(weights).digest("hex");
  let isBroken = false;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.range ?? ""}`.trim());
    if (request.url?.startsWith("/api/models/timm/resnet18.tv_in1k/paths-info/")) {
      response.setHeader("content-type", "application/json");
      const lfs = { oid: sum, size: weights.length, pointerSize: 130 };
      response.end(
        JSON.stringify([{ type: "file", path: "model.safetensors", oid: "1", size: weights.length, lfs }]),
      );
    } else if (request.url === "/timm/resnet18.tv_in1k/resolve/main/model.safetensors") {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      if (from > 0) {
        response.statusCode = 206;
        response.setHeader("content-range", `bytes ${from}-${content.length - 1}/${content.length}`);
      }
      if (!isBroken && breakAfter < content.length) {
        isBroken = true;
        response.write(content.slice(from, breakAfter), () => response.destroy());
      } else response.end(content.slice(from));
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  return { server, requests };
}

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-hub-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  await new Promise((closed) => (server ? server.close(closed) : closed(undefined)));
  server = undefined;
  await rm(folder, { recursive: true });
});

async function start(content: Uint8Array, options?: { breakAfter?: number }) {
  const started = hub(content, options);
  server = started.server;
  await new Promise<void>((listening) => started.server.listen(0, "127.0.0.1", listening));
  const hubUrl = `http://127.0.0.1:${(started.server.address() as AddressInfo).port}`;
  return { hubUrl, requests: started.requests };
}

/** A hub that answers each path in its own way. */
async function serving(answer: (path: string, response: ServerResponse) => void) {
  server = createServer((request, response) => {
    request.resume();
    answer(request.url!, response);
  });
  await new Promise<void>((listening) => server!.listen(0, "127.0.0.1", listening));
  return { hubUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const name = "hf:timm/resnet18.tv_in1k";
const cached = () => join(folder, "receptive", "hub", "timm", "resnet18.tv_in1k@main", "model.safetensors");
const all = async (source: Awaited<ReturnType<typeof openHub>>) => source.read(0, source.size);

describe.skipIf(installed)(`the hub${installed}`, () => {
  test("is asked once; then the cache serves, without a network", async () => {
    const { hubUrl, requests } = await start(weights);
    expect(await all(await openHub(name, { hubUrl }))).toEqual(weights);
    expect(requests).toEqual([
      "POST /api/models/timm/resnet18.tv_in1k/paths-info/main",
      "GET /timm/resnet18.tv_in1k/resolve/main/model.safetensors",
    ]);
    expect(new Uint8Array(await readFile(cached()))).toEqual(weights);
    expect(await all(await openHub(name, { hubUrl: "http://127.0.0.1:1" }))).toEqual(weights);
    expect(requests.length).toBe(2);
  });

  test.each<[string, () => Promise<void>]>([
    ["shorter", () => truncate(cached(), 500)],
    ["of other bytes", () => writeFile(cached(), new Uint8Array(weights.length))],
    ["without its note", () => rm(`${cached()}.json`)],
  ])("a cached copy that is %s is fetched again", async (_, damage) => {
    const { hubUrl } = await start(weights);
    await openHub(name, { hubUrl });
    await damage();
    expect(await all(await openHub(name, { hubUrl }))).toEqual(weights);
  });

  test("a/b--c and a--b/c do not share a cached file", async () => {
    const contents: { readonly [repository: string]: Uint8Array } = {
      "a/b--c": Uint8Array.of(1, 2, 3),
      "a--b/c": Uint8Array.of(4, 5, 6),
    };
    const { hubUrl } = await serving((path, response) => {
      const [, repository] = /^\/(?:api\/models\/)?([^/]+\/[^/]+)\/(?:paths-info|resolve)/.exec(path)!;
      const content = contents[repository];
      if (!path.startsWith("/api/")) return void response.end(content);
      const oid = createHash("sha256").update(content).digest("hex");
      const lfs = { oid, size: content.length, pointerSize: 130 };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify([{ type: "file", path: "model.safetensors", oid: "1", size: 3, lfs }]));
    });
    for (const address of [hubUrl, "http://127.0.0.1:1"])
      for (const [repository, content] of Object.entries(contents))
        expect(await all(await openHub(`hf:${repository}`, { hubUrl: address }))).toEqual(content);
  });

  test("files that lie elsewhere are fetched from there, and the rest of them too", async () => {
    const { hubUrl: elsewhere, requests } = await start(weights, { breakAfter: 40_000 });
    const first = server!;
    const { hubUrl } = await serving((path, response) => {
      response.statusCode = path.startsWith("/api/") ? 307 : 302;
      response.setHeader("location", elsewhere + path);
      response.end();
    });
    try {
      expect(await all(await openHub(name, { hubUrl }))).toEqual(weights);
      expect(requests.at(-1)).toMatch(/resolve\/main\/model\.safetensors bytes=\d+-$/);
    } finally {
      first.closeAllConnections();
      first.close();
    }
  });

  test("a redirection that leads to itself: one line", async () => {
    const { hubUrl } = await serving((path, response) => {
      response.statusCode = 302;
      response.setHeader("location", path);
      response.end();
    });
    const failure = await openHub(name, { hubUrl, attempts: 1 }).catch((error: Error) => error);
    expect(String(failure)).toMatch(
      /^HubError: hf:timm\/resnet18\.tv_in1k: http:\/\/127\.0\.0\.1:\d+ [^\n]+ \([^\n]*redirect[^\n]*\)$/,
    );
  });

  test("a download that breaks off goes on where it stopped", async () => {
    const { hubUrl, requests } = await start(weights, { breakAfter: 40_000 });
    expect(await all(await openHub(name, { hubUrl }))).toEqual(weights);
    expect(requests.at(-1)).toMatch(/resolve\/main\/model\.safetensors bytes=\d+-$/);
  });

  test("other bytes than the hub announced are refused, and not kept", async () => {
    const { hubUrl } = await start(new Uint8Array(weights.length));
    await expect(openHub(name, { hubUrl, attempts: 1 })).rejects.toThrow(
      new HubError(
        `${name}: model.safetensors cannot be downloaded; ${hubUrl}/timm/resnet18.tv_in1k/resolve/main/model.safetensors: sent other bytes (SHA-256 ${createHash("sha256").update(new Uint8Array(weights.length)).digest("hex").slice(0, 12)}…, expected ${createHash("sha256").update(weights).digest("hex").slice(0, 12)}…)`,
      ),
    );
    await expect(readFile(cached())).rejects.toThrow("ENOENT");
  });

  test("no such repository, no such file, no network: one line", async () => {
    const { hubUrl } = await start(weights);
    await expect(openHub("hf:timm/other", { hubUrl })).rejects.toThrow(
      new HubError(`hf:timm/other: ${hubUrl} has no such public repository or revision`),
    );
    await expect(openHub(`${name}/x.bin`, { hubUrl })).rejects.toThrow(
      new HubError(`${name}/x.bin: the repository has no x.bin`),
    );
    const failure = await openHub(name, { hubUrl: "http://127.0.0.1:1" }).catch((error: Error) => error);
    expect(String(failure)).toMatch(
      /^HubError: hf:timm\/resnet18\.tv_in1k: http:\/\/127\.0\.0\.1:1 cannot be reached, and the weights are not in the cache \([^\n]+\)$/,
    );
  });
});

test.each(["hf:resnet18", "hf:timm/../x", "hf:a/b/../../c"])("%s names nothing on the hub", async (other) => {
  await expect(openHub(other)).rejects.toThrow(
    new HubError(`${other}: expected hf:owner/name, hf:owner/name@revision or hf:owner/name/file`),
  );
  expect(isHubName(other)).toBe(true);
});

describe.skipIf(installed)(`a hub that means no good${installed}`, () => {
  /** Answers the question about files in its own way. */
  async function answering(answer: (response: import("node:http").ServerResponse) => void) {
    server = createServer((_, response) => answer(response));
    await new Promise<void>((listening) => server!.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const saying = (answer: unknown) =>
    answering((response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer));
    });
  const oid = "0".repeat(64);

  test.each<[string, unknown, string]>([
    [
      "a size below 0",
      [{ path: "model.safetensors", lfs: { oid, size: -5 } }],
      "its answer[0].lfs.size is -5, expected a whole number of at least 0",
    ],
    ["a file without a name", [{ lfs: { oid, size: 5 } }], "its answer[0].path is missing"],
  ])("%s", async (_, answer, message) => {
    const hubUrl = await saying(answer);
    await expect(openHub(name, { hubUrl })).rejects.toThrow(
      new HubError(`${name}: ${hubUrl} answers what no hub would: ${message}`),
    );
  });

  test("no SHA-256, more bytes than any network has", async () => {
    const without = await saying([{ path: "model.safetensors", lfs: { oid: "../x", size: 5 } }]);
    await expect(openHub(name, { hubUrl: without })).rejects.toThrow(
      new HubError(`${name}: the hub gives no SHA-256 of model.safetensors`),
    );
  });

  test("blanks without end are not waited for", async () => {
    const hubUrl = await answering((response) => {
      response.setHeader("content-type", "application/json");
      const blanks = Buffer.alloc(1 << 16, " ");
      const more = () => {
        while (!response.destroyed && response.write(blanks));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    await expect(openHub(name, { hubUrl })).rejects.toThrow(
      new HubError(
        `${name}: ${hubUrl} gives no answer that can be used, and the weights are not in the cache (its answer has more than 1048576 bytes)`,
      ),
    );
  });

  test("an answer of a byte now and then, and one that never comes, end with the timeout", async () => {
    const hubUrl = await answering((response) => {
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    });
    await expect(openHub(name, { hubUrl, timeout: 200 })).rejects.toThrow(
      new HubError(
        `${name}: ${hubUrl} gives no answer that can be used, and the weights are not in the cache (no whole answer within 0.2 seconds)`,
      ),
    );
  });

  test("who stops waiting gets the reason", async () => {
    const hubUrl = await answering(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(openHub(name, { hubUrl, signal: stop.signal })).rejects.toThrow(new Error("enough"));
  });
});

test.each(["hf:./x", "hf:a/.", "hf:a/b@.", "hf:a/b/./c", "hf:a/b//c", "hf:a/b/c/", "hf:a/b//etc/passwd"])(
  "%s leads nowhere in the cache",
  async (other) => {
    await expect(openHub(other)).rejects.toThrow(
      new HubError(`${other}: expected hf:owner/name, hf:owner/name@revision or hf:owner/name/file`),
    );
  },
);
