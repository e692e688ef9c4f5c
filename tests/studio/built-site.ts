/** The studio's site as it is shipped, from the server that ships it, in Chromium. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { siteServer } from "../../src/cli/studio-site.js";

const chromiumPath = "/usr/bin/chromium";

/** Why such tests are skipped; empty where they are not. */
export const missing = !existsSync(chromiumPath)
  ? `skipped: no ${chromiumPath} (Debian's package chromium)`
  : !existsSync(new URL("../../dist/index.js", import.meta.url))
    ? "skipped: dist/ is not there (npm run build)"
    : "";

export interface Site {
  readonly folder: string;
  readonly address: string;
  readonly browser: Browser;
  /** A page of its own, whose faults and requests to elsewhere are in `faults`. */
  open(hash: string, options?: BrowserContextOptions & { page?: string }): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  readonly faults: readonly string[];
  /** Another address in the same page. */
  go(hash: string): Promise<void>;
}

export const desk = { viewport: { width: 1440, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** With `RECEPTIVE_WHOLE`, as in `npm run test:long -- studio`: two more, of which a desk's is looked at with axe too. */
export const widths: readonly (readonly [name: string, options: BrowserContextOptions, width: number])[] = [
  ["a phone", phone, 390],
  ...(process.env.RECEPTIVE_WHOLE
    ? ([
        ["a small window", { viewport: { width: 800, height: 700 } }, 800],
        ["a desk", desk, 1440],
      ] as const)
    : []),
];

/** What the first file of tests that asks for it builds, and the others of the run wait for. */
async function siteFolder(): Promise<string> {
  const shared = process.env.RECEPTIVE_TEST_SITE!; // site-folder.ts
  const [folder, built] = [join(shared, "site"), join(shared, "built")];
  const first = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (first) {
    const { buildSite } = (await import(new URL("../../studio/build/site.mjs", import.meta.url).href)) as {
      buildSite(folder: string): Promise<void>;
    };
    const failed = await buildSite(folder).catch((error: Error) => error);
    await writeFile(built, failed?.message ?? "");
  }
  while (!existsSync(built)) await new Promise((resolve) => setTimeout(resolve, 100));
  const failed = readFileSync(built, "utf8");
  if (failed) throw new Error(failed);
  return folder;
}

/** @param own  what Chromium is started with beside */
export async function builtSite(own: readonly string[] = []): Promise<Site> {
  const folder = await siteFolder();
  const server = siteServer(folder);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      ...own,
    ],
  });
  return {
    folder,
    address,
    browser,
    async open(hash, { page: name = "", ...options } = {}) {
      // Requests that a service worker answers are seen by no route: `offline.test.ts` asks for one.
      const context = await browser.newContext({ serviceWorkers: "block", ...desk, ...options });
      const faults: string[] = [];
      await context.route("**/*", (route) => {
        const { origin, protocol } = new URL(route.request().url());
        if (origin === new URL(address).origin || protocol === "blob:" || protocol === "data:")
          return route.continue();
        faults.push(`asks elsewhere: ${route.request().url()}`);
        return route.abort();
      });
      const page = await context.newPage();
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (said) => {
        const isOurs = !said.text().startsWith("Service Worker registration blocked by Playwright");
        if (isOurs && (said.type() === "error" || said.type() === "warning")) faults.push(said.text());
      });
      await page.goto(`${address}${name}${hash}`);
      await page.locator("main h1").waitFor();
      return {
        page,
        faults,
        async go(to) {
          await page.evaluate((hash) => {
            location.hash = hash;
          }, to);
          await page.locator("main h1").waitFor();
        },
      };
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The number in what a page says, whatever stands around it. */
export const numberIn = (said: string): number => Number(said.replaceAll("−", "-").replace(/[^\d.e+-]/g, ""));

/** The numbers of a grid, row by row, as they stand in its cells. */
export async function numbersIn(page: Page, label: string): Promise<number[][]> {
  const rows = await page
    .getByRole("grid", { name: label, exact: true })
    .first()
    .locator('[role="row"]')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('[role="gridcell"] > span')].map((cell) => cell.textContent ?? ""),
      ),
    );
  return rows.map((row) => row.map((text) => (text === "" ? Number.NaN : Number(text.replace("−", "-")))));
}

/** Waits until every cell of a grid is a number. */
export async function settled(page: Page, label: string): Promise<void> {
  await page.waitForFunction((name) => {
    const grid = [...document.querySelectorAll('[role="grid"]')].find(
      (one) => one.getAttribute("aria-label") === name,
    );
    const cells = [...(grid?.querySelectorAll('[role="gridcell"] > span') ?? [])];
    return cells.length > 0 && cells.every((cell) => /^[−\d.]/.test(cell.textContent ?? ""));
  }, label);
}
