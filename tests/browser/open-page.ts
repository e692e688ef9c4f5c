/** A page in Chromium, with the library as a bundler gives it to browsers. */
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { build } from "esbuild";
import { chromium, type Page } from "playwright-core";
import { forPages } from "./bundles.js";

const chromiumPath = "/usr/bin/chromium";

/** Why such tests are skipped; empty where they are not. */
export const missing = !existsSync(chromiumPath)
  ? `skipped: no ${chromiumPath} (Debian's package chromium)`
  : !existsSync(new URL("../../dist/index.js", import.meta.url))
    ? "skipped: dist/ is not there (npm run build)"
    : "";

export interface OpenedPage {
  page: Page;
  address: string;
  /** The same in another tab, all answers with these headers. */
  open(headers: Readonly<Record<string, string>>, path?: string): Promise<Page>;
  close(): Promise<void>;
}

/** Pages with these may use threads. */
export const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * @param entries  modules beside this one, bundled: "page.ts" becomes /page.js. The page runs the first
 * @param files    what else the server has
 */
export async function openPage(
  entries: readonly string[],
  files: Readonly<Record<string, { type: string; content: Uint8Array }>> = {},
): Promise<OpenedPage> {
  const { outputFiles } = await build({
    entryPoints: entries.map((entry) => new URL(entry, import.meta.url).pathname),
    outdir: "out",
    ...forPages,
  });
  const scripts = new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
  const html = `<!doctype html><title>Receptive</title><script type="module" src="/${entries[0].replace(/ts$/, "js")}"></script>`;
  let headers: Readonly<Record<string, string>> = isolated;
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const url = request.url ?? "/";
    const script = scripts.get(url);
    const file = files[url];
    response.statusCode = script || file || url === "/" ? 200 : 404;
    response.setHeader("content-type", script ? "text/javascript" : (file?.type ?? "text/html"));
    response.end(script ?? file?.content ?? html);
  }).listen(0);
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  const address = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const open = async (given: Readonly<Record<string, string>>, path = "/"): Promise<Page> => {
    headers = given;
    const page = await browser.newPage();
    // The other tab's workers are loaded under its own headers again.
    page.on("close", () => {
      headers = isolated;
    });
    await page.goto(new URL(path, address).href);
    return page;
  };
  return {
    page: await open(isolated),
    address,
    open,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
