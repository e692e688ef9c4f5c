/** A built page in a browser. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

export const chromiumPath = "/usr/bin/chromium";
export const hasChromium = existsSync(chromiumPath);

const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

/**
 * Opens the page of a folder and waits for what it says of its training on the console.
 *
 * @param awaited  what is in the line that it is to say
 * @param address  where another server has the page
 * @returns that line, and what the page's scripts weigh, gzipped, in bytes
 */
export async function trainInChromium(
  folder: string,
  { awaited = "TRAINED ", address }: { awaited?: string; address?: string } = {},
): Promise<{ printed: string; bytes: number }> {
  let bytes = 0;
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url ?? "/", "http://page").pathname);
    const file = existsSync(join(path, "index.html")) ? join(path, "index.html") : path;
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const content = readFileSync(file);
    if (/\.m?js$/.test(file)) bytes += gzipSync(content).length;
    response.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(content);
  }).listen(0);
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const printed = new Promise<string>((resolve, reject) => {
      page.on("console", (message) => {
        if (message.text().includes(awaited)) resolve(message.text());
      });
      page.on("pageerror", reject);
      setTimeout(() => reject(new Error(`${folder}: the page said nothing in two minutes`)), 120_000).unref();
    });
    await page.goto(address ?? `http://localhost:${(server.address() as AddressInfo).port}/`);
    return { printed: await printed, bytes };
  } finally {
    await browser.close();
    server.close();
  }
}
