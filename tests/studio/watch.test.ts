/** `receptive train --watch`: the page that it opens, in Chromium. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start, temporaryFolder } from "../cli/receptive.js";
import { builtSite, missing, type Site } from "./built-site.js";
import { headline } from "./training.js";

describe.skipIf(missing)(`a training in the terminal ${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await builtSite();
  }, 120_000);
  afterAll(() => site?.close());

  test("is followed step by step, in all rooms, and goes on in the tab when it has ended", async () => {
    const { folder, remove } = await temporaryFolder();
    const installed = join(folder, "node_modules/receptive-studio");
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, "package.json"), '{ "name": "receptive-studio", "version": "0.0.0" }');
    await symlink(site.folder, join(installed, "dist"));
    const args = [
      "train",
      "--data",
      "digits",
      "--epochs",
      "200",
      "--watch",
      "--no-open",
      "--port",
      "0",
      "--threads",
      "1",
    ];
    const child = start([...args, "--output", "run"], { folder });
    const ended = new Promise((resolve) => child.once("close", resolve));
    try {
      const address = await new Promise<string>((resolve) =>
        child.stderr!.on("data", (chunk) => {
          const found = /Live in the studio: (\S+)/.exec(String(chunk));
          if (found) resolve(found[1]);
        }),
      );
      const context = await site.browser.newContext({ serviceWorkers: "block" });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(address);
      await page.getByText("It is trained in a terminal, where Ctrl-C ends it.").waitFor({ timeout: 60_000 });
      const step = async () => Number(/^Step ([\d,]+) of/.exec(await headline(page))![1].replaceAll(",", ""));
      const first = await step();
      await page.waitForFunction(
        (before) =>
          Number(/^Step ([\d,]+)/.exec(document.querySelector("h1")!.textContent!)![1].replaceAll(",", "")) >
          before + 30,
        first,
        { timeout: 30_000 },
      );
      expect(await page.getByRole("button", { name: "Pause" }).isDisabled()).toBe(true);
      await page
        .locator("h1")
        .getByText(/it reads [89]\d\.\d/)
        .waitFor({ timeout: 60_000 });
      // The same network in another room.
      await page.getByRole("link", { name: "Inside", exact: true }).click();
      await page.getByText("lenet5", { exact: false }).first().waitFor();
      await page.getByRole("link", { name: "Train", exact: true }).click();
      child.kill("SIGINT");
      await ended;
      await page.getByText("The training was ended in the terminal.").waitFor({ timeout: 30_000 });
      const at = await step();
      await page.getByRole("button", { name: "one step" }).click();
      await page.waitForFunction(
        (next) =>
          document.querySelector("h1")!.textContent!.startsWith(`Step ${next.toLocaleString("en")} of`),
        at + 1,
        { timeout: 30_000 },
      );
      expect(faults).toEqual([]);
      await context.close();
    } finally {
      child.kill("SIGKILL");
      await remove();
    }
  }, 180_000);
});
