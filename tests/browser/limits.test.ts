import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const browserPath = "/usr/bin/chromium";
const built = new URL("../../dist/index.js", import.meta.url).pathname;
const missing = !existsSync(browserPath)
  ? `skipped: no ${browserPath} (Debian's package chromium)`
  : !existsSync(built)
    ? "skipped: dist/ is not there (npm run build)"
    : "";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const withWasm = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const allThreads = { value: 512, threads: availableParallelism(), reasons: [] as string[] };
const oneThread = (why: string) => ({ value: 512, threads: 1, reasons: [`one thread, because ${why}`] });

describe.skipIf(missing !== "")(`what a page forbids ${missing}`, () => {
  let browser: Browser;
  let server: Server;
  let scripts: Map<string, Uint8Array>;
  let headers: Record<string, string> = {};

  beforeAll(async () => {
    const bundles = await Promise.all(
      [false, true].map((keepNames) =>
        build({
          entryPoints: [new URL("compute.ts", import.meta.url).pathname],
          bundle: true,
          format: "esm",
          platform: "browser",
          minify: true,
          keepNames,
          write: false,
          logLevel: "silent",
          tsconfigRaw: {}, // as for a user, who does not have ours
        }),
      ),
    );
    scripts = new Map(bundles.map(({ outputFiles }, i) => [`/${i}.js`, outputFiles[0].contents]));
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, "http://localhost");
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      const script = scripts.get(pathname);
      response.setHeader("content-type", script ? "text/javascript" : "text/html");
      response.end(
        script ??
          `<!doctype html><title>Receptive</title><script type="module" src="${pathname}.js"></script>`,
      );
    }).listen(0);
    browser = await chromium.launch({
      executablePath: browserPath,
      headless: true,
      args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** What the page computed on, and what it told on the console's debug line. */
  async function compute(given: Record<string, string>, path = "0"): Promise<[object, string[]]> {
    headers = given;
    const page = await browser.newPage();
    const debug: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "debug") debug.push(message.text());
    });
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/${path}`);
    await page.waitForFunction(() => "result" in globalThis, null, { timeout: 60_000 });
    const result = await page.evaluate(() => (globalThis as unknown as { result: object }).result);
    await page.close();
    return [result, debug];
  }

  test.each([
    { name: "nothing: all threads", headers: isolation, expected: allThreads },
    {
      name: "nothing, bundled with keepNames: all threads",
      headers: isolation,
      path: "1",
      expected: allThreads,
    },
    {
      name: "workers from blobs",
      headers: { ...isolation, "Content-Security-Policy": withWasm },
      expected: oneThread(
        "threads cannot be started: the page's Content-Security-Policy needs worker-src blob:",
      ),
    },
    {
      name: "scripts from texts (Trusted Types): all threads",
      headers: { ...isolation, "Content-Security-Policy": "require-trusted-types-for 'script'" },
      expected: allThreads,
    },
    {
      name: "policies of Trusted Types",
      headers: {
        ...isolation,
        "Content-Security-Policy": "require-trusted-types-for 'script'; trusted-types 'none'",
      },
      expected: oneThread(
        "threads cannot be started: the page's Content-Security-Policy needs trusted-types receptive",
      ),
    },
    {
      name: "shared memory",
      headers: {},
      expected: oneThread(
        "the page is not cross-origin isolated: its headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp make it so",
      ),
    },
    {
      name: "nothing, in a browser without Worker",
      headers: isolation,
      path: "0?no-worker",
      expected: oneThread("there is no Worker here"),
    },
  ])("$name", { timeout: 120_000 }, async ({ headers, path, expected }) => {
    const [result, debug] = await compute(headers, path);
    expect(result).toMatchObject(expected);
    expect(debug).toEqual(expected.reasons.map((reason) => `receptive: ${reason}`));
  });

  test("WebAssembly: one sentence", { timeout: 120_000 }, async () => {
    const policy = "default-src 'self'; script-src 'self'";
    const [result] = await compute({ ...isolation, "Content-Security-Policy": policy });
    expect(result).toEqual({
      error:
        "DeviceError: nothing can be computed here: the page's Content-Security-Policy forbids WebAssembly: script-src needs 'wasm-unsafe-eval'",
    });
  });
});
