/** The room Learned: what methods say on the page is what the library says in Node of the same network. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { data, explain, type Model, tensor } from "../../src/index.js";
import { builtSite, missing, type Site, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";
import { shippedNetwork } from "./shipped-network.js";

const number = (text: string): number => Number(text.replaceAll("−", "-"));

describe.skipIf(missing)(`Learned ${missing}`, () => {
  let site: Site;
  let model: Model;
  let pictures: data.Dataset;
  beforeAll(async () => {
    site = await builtSite();
    model = shippedNetwork(site);
    ({ test: pictures } = await data.digits());
  }, 120_000);
  afterAll(() => site?.close());

  const said = (page: Page) => page.locator("#why-said").textContent();

  test("why: seven methods at the same pixel, for the class that is read and for another one; by keyboard; filters; patches", async () => {
    const { page, faults, go } = await site.open("#/learned/why");
    await page
      .locator("#why-said", { hasText: "Guided Grad-CAM" })
      .waitFor({ timeout: 60_000, state: "attached" });
    const images = tensor(pictures.images.slice(7 * 784, 8 * 784), [1, 28, 28, 1]);
    const mapsFor = async (target: number) => {
      const maps: { title: string; values: Float32Array }[] = [];
      for (const method of explain.heatMapMethods) {
        const map = await method.run(model, { images }, { target });
        maps.push({ title: method.title, values: (await map.data()) as Float32Array });
      }
      return maps;
    };
    const expectAt = async (maps: Awaited<ReturnType<typeof mapsFor>>, row: number, column: number) => {
      const text = (await said(page)) ?? "";
      expect(text).toContain(
        `Row ${row}, column ${column}: pixel ${pictures.images[7 * 784 + (row - 1) * 28 + column - 1]},`,
      );
      for (const { title, values } of maps) {
        const value = values[(row - 1) * 28 + column - 1];
        const greatest = values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
        const found = number(new RegExp(`, ${title} ([−\\d.e]+?)(?:,|\\.$)`).exec(text)?.[1] ?? "");
        expect(Math.abs(found - value), title).toBeLessThan(2e-3 * greatest + 1e-9);
      }
    };
    const ofSeven = await mapsFor(7);
    await expectAt(ofSeven, 14, 14);
    const room = page.getByRole("application", { name: "The picture, and what each method says of it" });
    await room.focus();
    for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowRight"])
      await page.keyboard.press(key);
    await expectAt(ofSeven, 10, 15);
    await page.getByLabel("class").selectOption("1");
    await page.waitForFunction(() => location.hash.includes("class=1"));
    await page.locator("h1").getByText("Which pixels of this 7 would speak for 0: seven answers.").waitFor();
    const before = ofSeven[0].values[9 * 28 + 14];
    const ofZero = await mapsFor(0);
    expect(ofZero[0].values[9 * 28 + 14]).not.toBe(before);
    await page.locator('main [data-class="0"]').waitFor();
    await expectAt(ofZero, 10, 15);
    await page.keyboard.press("Control+z");
    await page.locator("h1").getByText("speak for 7, as it is read").waitFor();

    await go("#/learned/filters?layer=conv2");
    await page.locator("h1").getByText("conv2 has 16 filters of 5×5×6: 2,400 weights.").waitFor();
    const weights = (await model.parameters.get("conv2.filters")!.data()) as Float32Array;
    const greatest = weights.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    expect(await page.locator(".legend .ends").last().textContent()).toContain(
      `+${Number(greatest.toPrecision(3))}`,
    );
    expect(await page.locator("main figure canvas").count()).toBe(16);

    await go("#/learned/patches?unit=conv2.9@1,1");
    await page
      .locator("h1")
      .getByText("What 16 units of conv2 answer most to, in 2,000 test pictures.")
      .waitFor();
    const hits = (await explain.topActivations(model, pictures, { layers: "conv2", k: 9 })).get("conv2")!;
    const shown = await page
      .locator("main li:has(button)")
      .evaluateAll((all) =>
        all.map((one) => [...one.querySelectorAll("ol span")].map((span) => span.textContent ?? "")),
      );
    expect(shown.map((row) => row.map(number))).toEqual(
      hits.map((row) => row.map(({ activation }) => Number(activation.toPrecision(3)))),
    );
    expect(await page.locator("main li.here").textContent()).toContain("filter 9");
    // A unit is pinned where it answered most, and Inside shows it.
    await page.getByRole("button", { name: "filter 3", exact: true }).click();
    const [row, column] = hits[2][0].at;
    await page.waitForFunction(
      (unit) => location.hash.includes(unit),
      `unit=conv2.3@${row + 1},${column + 1}`,
    );
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  const views = () => ({
    site,
    addresses: ["#/learned/why", "#/learned/filters?layer=conv2", "#/learned/patches"],
    settle: async (page: Page) => {
      await page.waitForFunction(
        () => /answers\.|weights\.|pictures\.$/.test(document.querySelector("main h1")?.textContent ?? ""),
        undefined,
        { timeout: 60_000 },
      );
    },
  });
  test.each(["light", "dark"] as const)(
    "axe finds nothing, %s",
    (theme) => expectAccessible(views(), theme),
    60_000,
  );
  test.each(widths)(
    "nothing is wider than %s",
    (_, options, width) => expectWithin(views(), options, width),
    60_000,
  );
});
