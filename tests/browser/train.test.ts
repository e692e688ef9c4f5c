import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
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

interface Report {
  accuracy: number;
  epoch: number;
  imagesPerSecond: number;
  threads: number;
  isolated: boolean;
  /** The longest time between two turns of the page's timer, in ms. */
  longestPause: number;
}

async function bundle(entry: string) {
  return build({
    entryPoints: [new URL(entry, import.meta.url).pathname],
    outdir: "out",
    bundle: true,
    format: "esm",
    splitting: true,
    platform: "browser",
    minify: true,
    write: false,
    metafile: true,
    logLevel: "silent",
    tsconfigRaw: {}, // as for a user, who does not have ours
  });
}

describe.skipIf(missing !== "")(`in the browser ${missing}`, () => {
  let browser: Browser;
  let server: Server;
  let scripts = new Map<string, Uint8Array>();
  let isolate = true;

  beforeAll(async () => {
    const { outputFiles } = await bundle("worker.ts");
    scripts = new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
    server = createServer((request, response) => {
      if (isolate) {
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
      }
      const script = scripts.get(request.url ?? "");
      response.setHeader("content-type", script ? "text/javascript" : "text/html");
      response.end(script ?? "<!doctype html><title>Receptive</title><h1>training</h1>");
    }).listen(0);
    browser = await chromium.launch({
      executablePath: browserPath,
      headless: true,
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function train(): Promise<Report> {
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(String(error)));
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    const report = await page.evaluate(
      () =>
        new Promise<Report>((resolve, reject) => {
          let longestPause = 0;
          let last = performance.now();
          setInterval(() => {
            const now = performance.now();
            longestPause = Math.max(longestPause, now - last);
            last = now;
          }, 10);
          const worker = new Worker("/worker.js", { type: "module" });
          worker.onerror = (event) => reject(new Error(event.message));
          worker.onmessage = (event) => {
            if (event.data.kind === "done") resolve({ ...event.data, longestPause });
          };
        }),
    );
    await page.close();
    expect(failures).toEqual([]);
    return report;
  }

  test("a worker of a cross-origin isolated page trains LeNet-5 with threads", {
    timeout: 180_000,
  }, async () => {
    isolate = true;
    const report = await train();
    expect(report.isolated).toBe(true);
    expect(report.threads).toBe(availableParallelism());
    expect(report.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(report.longestPause).toBeLessThan(250); // the page stays responsive
  });

  test("without isolation it trains on one thread", { timeout: 180_000 }, async () => {
    isolate = false;
    const report = await train();
    expect(report.isolated).toBe(false);
    expect(report.threads).toBe(1);
    expect(report.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(report.longestPause).toBeLessThan(250);
  });

  test("no Node module reaches the bundle", async () => {
    const { metafile } = await bundle("worker.ts");
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((name) => /node-|node:/.test(name))).toEqual([]);
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map((i) => i.path));
    expect(imports.filter((path) => path.startsWith("node:"))).toEqual([]);
  });

  // Not reached: the checks of what comes from users' hands weigh more than what has been taken out so far, and esbuild
  // keeps the whole of a namespace of which a page uses one part.
  test.fails("what a page loads that trains a CNN is at most 80 kB", async () =>
    expect(await bytesOfPage()).toBeLessThan(80_000));

  test("and does not grow beyond what it is", async () => expect(await bytesOfPage()).toBeLessThan(95_000));
});

/** Packed bytes of what a page loads that trains a CNN, the drawn digits included, less what is imported later. */
async function bytesOfPage(): Promise<number> {
  const { metafile, outputFiles } = await bundle("worker.ts");
  const { outputs } = metafile;
  const loaded = new Set(
    Object.keys(outputs).filter((path) => outputs[path].entryPoint?.endsWith("worker.ts")),
  );
  for (const path of loaded)
    for (const { path: other, kind } of outputs[path].imports)
      if (kind === "import-statement") loaded.add(other);
  return outputFiles
    .filter(({ path }) => [...loaded].some((name) => basename(name) === basename(path)))
    .reduce((total, { contents }) => total + gzipSync(contents).length, 0);
}
