/** What the README tells pages to do, done by a page. */

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { connected, type Receptive } from "./connected.js";
import { isolated, missing } from "./open-page.js";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** The first block of code after this heading or sentence. */
const blockAfter = (text: string, language = ""): string => {
  const [, block] =
    new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(readme.slice(readme.indexOf(text))) ?? [];
  if (!block || !readme.includes(text)) throw new Error(`README has no block after "${text}"`);
  return block;
};

/** Lines of `Name: value`. */
const headersIn = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^ *([\w-]+): (.+)$/gm)].map(([, name, value]) => [name, value]));

const all = availableParallelism();

describe.skipIf(missing !== "")(`the README's recipes ${missing}`, () => {
  const theirs = connected({ "/isolate.js": blockAfter("Where no headers can be set", "js") });

  /** Something that is worth threads. */
  const computes = async (receptive: Receptive) => {
    const model = await receptive.model(
      { layers: ["flatten", { type: "dense", units: 512 }] },
      { input: [32, 32, 3] },
    );
    const pixels = { shape: [64, 32, 32, 3], data: new Float32Array(64 * 3072).fill(1) };
    const rows = await model.predict(pixels);
    const { threads, reasons } = await receptive.device();
    return { rows: rows.length, threads, reasons };
  };
  const computesUnder = async (headers: Record<string, string>) => {
    const page = await theirs.open(headers);
    try {
      return await theirs.attempt(computes, { page });
    } finally {
      await page.close();
    }
  };
  const policy = headersIn(blockAfter("### Content-Security-Policy"))["Content-Security-Policy"];
  const withPolicy = (policy: string) => computesUnder({ ...isolated, "Content-Security-Policy": policy });

  test("the file _headers isolates pages: all cores compute", async () => {
    const given = headersIn(blockAfter("a file `_headers`"));
    expect(Object.keys(given)).toHaveLength(2);
    expect(await computesUnder(given)).toEqual({ rows: 64, threads: all, reasons: [] });
  });

  test("the strict Content-Security-Policy leaves all cores", async () => {
    expect(policy).toBe("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:");
    expect(await withPolicy(policy)).toEqual({ rows: 64, threads: all, reasons: [] });
  });

  test("without blob: one thread computes, and says so", async () => {
    expect(await withPolicy(policy.replace(" blob:", ""))).toEqual({
      rows: 64,
      threads: 1,
      reasons: [
        "one thread, because threads cannot be started: the page's Content-Security-Policy needs worker-src blob:",
      ],
    });
  });

  test("without wasm-unsafe-eval the error says what is missing", async () => {
    expect(await withPolicy(policy.replace(" 'wasm-unsafe-eval'", ""))).toMatchObject({
      name: "DeviceError",
      message:
        "nothing can be computed here: the page's Content-Security-Policy forbids WebAssembly: script-src needs 'wasm-unsafe-eval'",
    });
  });

  test("a service worker isolates pages of a server that sends no headers, at the second load", async () => {
    const page = await theirs.open({}, "/isolating.html");
    await page.waitForFunction(() => globalThis.crossOriginIsolated && "connect" in globalThis);
    expect(await theirs.attempt(computes, { page })).toEqual({ rows: 64, threads: all, reasons: [] });
    await forget(page);
  });
});

const forget = async (page: Page): Promise<void> => {
  await page.evaluate(async () => {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  });
  await page.close();
};
