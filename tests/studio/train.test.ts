/** The room Train: a network is trained in the tab, reads what is drawn, goes back, and comes from and goes to files. */

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtSite, missing, type Site } from "./built-site.js";

describe.skipIf(missing)(`Train ${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await builtSite();
  }, 120_000);
  afterAll(() => site?.close());

  /** A 7 as a hand draws it, on the pad. */
  async function drawSeven(page: Page): Promise<void> {
    const pad = page.getByRole("application").locator("canvas");
    await pad.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await pad.boundingBox())!;
    const at = (right: number, down: number) => [x + right * width, y + down * height] as const;
    await page.mouse.move(...at(0.28, 0.22));
    await page.mouse.down();
    await page.mouse.move(...at(0.72, 0.22), { steps: 8 });
    await page.mouse.move(...at(0.45, 0.82), { steps: 10 });
    await page.mouse.up();
  }

  const headline = (page: Page) => page.locator("main h1").textContent();

  test("from Home to a network that reads one's own 7: four actions, 95 %", async () => {
    const { page, faults } = await site.open("#/");
    const begun = performance.now();
    await page.getByRole("link", { name: "Train a network" }).click();
    await page.locator(".drive .first:not(:disabled)").waitFor();
    await page.getByRole("button", { name: "all", exact: true }).click();
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("button", { name: "3 epochs more" }).waitFor({ timeout: 60_000 });
    await page.getByText("of 2,000 unseen pictures").waitFor();
    expect(Number(/reads ([\d.]+)/.exec((await headline(page)) ?? "")?.[1])).toBeGreaterThanOrEqual(95);
    await drawSeven(page);
    await page
      .getByText(/Your drawing is read as 7/)
      .first()
      .waitFor();
    expect((performance.now() - begun) / 1000).toBeLessThan(120);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 90_000);
});
