/** The site on a host of static files, which sends no headers: threads after one more load, all rooms without a network, a network brought along. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { receptive, temporaryFolder } from "../cli/receptive.js";
import { builtSite, missing, type Site } from "./built-site.js";

const types: { [ending: string]: string } = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
};

/** Under a path of its own, as hosts give to projects. */
async function staticHost(folder: string): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.split(/[?#]/)[0]).replace(/^\/project\//, "");
    const file = join(folder, path === "" ? "index.html" : path);
    if (!request.url!.startsWith("/project/") || !existsSync(file) || !statSync(file).isFile())
      return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/project/` };
}

const close = (server: Server) =>
  new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });

describe.skipIf(missing)(`without headers, without a network ${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await builtSite();
  }, 120_000);
  afterAll(() => site?.close());

  const opened = async (address: string) => {
    const context = await site.browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    const isolated = () => page.evaluate(() => crossOriginIsolated);
    /** Another document, not another place in the same one. */
    const load = async (hash: string) => {
      await page.goto("about:blank");
      const answer = await page.goto(`${address}${hash}`);
      await page.locator("main h1").waitFor();
      return answer!;
    };
    return { context, page, faults, isolated, load };
  };
  const isKept = (page: Page) =>
    page.getByText("All rooms work offline from now on").waitFor({ timeout: 30_000 });

  test("threads from the second load on, which the page offers; then the server is gone and all rooms work", async () => {
    const { server, address } = await staticHost(site.folder);
    const { context, page, faults, isolated, load } = await opened(address);
    await load("");
    expect(await isolated()).toBe(false);
    await isKept(page);
    await page.getByRole("button", { name: "Keep them now" }).click();
    await page.getByText("photographs too.").waitFor();

    await load("#/train");
    expect(await isolated()).toBe(true);
    await page.getByText(/library ready, 2 threads/).waitFor({ timeout: 30_000 });

    await close(server);
    for (const [hash, what] of [
      ["#/convolve/forward?img=11/11&k=1", "Map"],
      ["#/kernels/filter?src=cat", "Kernel"],
      ["#/networks", "LeNet-5"],
      ["#/inside", "that comes with the studio"],
      ["", "See and touch"],
    ]) {
      const answer = await load(hash);
      expect(answer.headers()["content-security-policy"], hash).toContain("default-src 'none'");
      await page.getByText(what).first().waitFor({ timeout: 20_000 });
      expect(await isolated(), hash).toBe(true);
    }
    await load("#/train");
    await page.getByRole("button", { name: "Start" }).click();
    await page.waitForFunction(
      () => /Step [1-9]/.test(document.querySelector("h1")?.textContent ?? ""),
      null,
      {
        timeout: 30_000,
      },
    );
    expect(faults).toEqual([]);

    // Another site at the same place is left as it is, what it has inline runs.
    const other = createServer((request, response) =>
      request.url === "/project/"
        ? response.end("<h1>mine</h1><script>document.body.dataset.ran = 1</script>")
        : response.writeHead(404).end(),
    );
    const port = Number(new URL(address).port);
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    await page.goto("about:blank");
    const answer = await page.goto(address);
    expect(answer!.headers()["content-security-policy"]).toBeUndefined();
    expect(await page.locator("body").getAttribute("data-ran")).toBe("1");
    await close(other);
    await context.close();
  }, 120_000);

  test("receptive studio --export brings a trained network along, also without a network", async () => {
    const { folder, remove } = await temporaryFolder();
    const trained = [
      "train",
      "--data",
      "digits",
      "--limit",
      "1280",
      "--epochs",
      "1",
      "--seed",
      "5",
      "--output",
      "run 1",
    ];
    expect((await receptive(trained, { folder })).code).toBe(0);
    // The site as a package beside the project.
    const { exportSite } = await import("../../src/cli/studio-export.js");
    const bytes = new Uint8Array(await readFile(join(folder, "run 1/checkpoint.safetensors")));
    await exportSite(site.folder, join(folder, "site"), [
      { role: "network", name: "run 1.safetensors", bytes },
    ]);

    const { server, address } = await staticHost(join(folder, "site"));
    const { context, page, faults, load } = await opened(address);
    await load("");
    await isKept(page);
    await close(server);
    await load("#/train");
    await page
      .getByText(/Step 10 of/)
      .first()
      .waitFor({ timeout: 30_000 });
    expect(page.url()).toContain("seed=5");
    expect(faults).toEqual([]);
    await context.close();
    await remove();
  }, 120_000);
});
