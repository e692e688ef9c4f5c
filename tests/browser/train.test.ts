import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundlers, downloaded, gzipped, type Script } from "./bundles.js";
import { held } from "./page-sizes.js";

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

describe.skipIf(missing !== "")(`in the browser ${missing}`, () => {
  let browser: Browser;
  let server: Server;
  let scripts: Script[];
  /** What the browser has asked for. */
  let asked = new Set<string>();
  let isolate = true;

  beforeAll(async () => {
    scripts = await bundlers.esbuild("worker");
    server = createServer((request, response) => {
      if (isolate) {
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
      }
      const script = scripts.find(({ name }) => request.url === `/${name}`);
      if (script) asked.add(script.name);
      response.setHeader("content-type", script ? "text/javascript" : "text/html");
      response.end(script?.text ?? "<!doctype html><title>Receptive</title><h1>training</h1>");
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
    asked = new Set();
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
    expect([...asked].sort()).toEqual(
      downloaded(scripts, "worker")
        .map(({ name }) => name)
        .sort(),
    );
  });

  test("without isolation it trains on one thread", { timeout: 180_000 }, async () => {
    isolate = false;
    const report = await train();
    expect(report.isolated).toBe(false);
    expect(report.threads).toBe(1);
    expect(report.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(report.longestPause).toBeLessThan(250);
  });

  test("no Node module reaches the bundle", () => {
    expect(scripts.flatMap(({ modules }) => modules).filter((name) => /node-|node:/.test(name))).toEqual([]);
    expect(scripts.filter(({ text }) => /["'`]node:/.test(text)).map(({ name }) => name)).toEqual([]);
  });
});

describe.skipIf(missing !== "").each([
  { imports: "receptive", entry: "worker", bundler: "esbuild", most: held.receptive.esbuild },
  { imports: "receptive", entry: "worker", bundler: "Rollup", most: held.receptive.Rollup },
  { imports: "receptive/nn and so on", entry: "worker-parts", bundler: "esbuild", most: held.parts.esbuild },
  { imports: "receptive/nn and so on", entry: "worker-parts", bundler: "Rollup", most: held.parts.Rollup },
] as const)("a page that imports $imports, by $bundler", ({ entry, bundler, most }) => {
  test(`downloads less than ${most / 1000} kB, gzipped, to train a CNN on the drawn digits`, async () => {
    expect(gzipped(downloaded(await bundlers[bundler](entry), entry))).toBeLessThan(most);
  });
});
