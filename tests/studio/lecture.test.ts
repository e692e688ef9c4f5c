/** The room Lecture: every step of every path, ticks, codes, and what is printed. */
import jsqr from "jsqr";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pathsThrough } from "../../studio/src/rooms/lecture/paths.js";
import type { Room } from "../../studio/src/rooms/rooms.js";
import { builtSite, missing, phone, type Site, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";

/** Its types speak of a default export, what is loaded is the function. */
const readCode = jsqr as unknown as typeof jsqr.default;

/** Those that are there, as the page's own links name them. */
const roomsOf = async (page: Page): Promise<Room[]> => {
  const names = await page.evaluate(() =>
    [...document.querySelectorAll('nav[aria-label="Rooms"] a')].map((one) =>
      one.getAttribute("href")!.slice(2),
    ),
  );
  const rooms: Room[] = [];
  for (const name of names) {
    await page.evaluate((room) => {
      location.hash = `#/${room}`;
    }, name);
    await page.locator("main h1").waitFor();
    await page.waitForFunction((room) => location.hash.startsWith(`#/${room}`), name);
    const views = await page.evaluate(() =>
      [...document.querySelectorAll("nav.views a")].map(
        (one) => one.getAttribute("href")!.slice(2).split("?")[0].split("/")[1] ?? "",
      ),
    );
    rooms.push({
      name,
      title: name,
      views: (views.length > 0 ? views : [""]).map((view) => ({ name: view })),
    } as unknown as Room);
  }
  return rooms;
};

/** What of the decks is about something that can be seen: the slides that a deck's path must name. */
const shown: Readonly<Record<string, readonly number[]>> = {
  A: [3, 4, 5, 25, 26, 32, 41],
  C: [2, 3, 4, 6, 7, 8, 11, 16, 17, 20, 21, 23, 24, 25, 26, 28, 30],
  D: [4, 8, 9, 10, 11, 12, 13, 22, 23, 24, 34, 37, 38, 39, 40, 41, 43],
  E: [
    6, 7, 8, 10, 12, 13, 15, 16, 18, 20, 22, 25, 29, 31, 33, 35, 36, 39, 40, 41, 43, 44, 46, 47, 48, 49, 51,
    59, 62, 64, 65, 67, 68, 69, 71, 74, 84,
  ],
};

describe.skipIf(missing)(`the room Lecture ${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await builtSite();
  }, 120_000);
  afterAll(() => site?.close());

  test("every step of every path opens its view, with nothing refused, failed or ticked beforehand", async () => {
    const { page, faults, go } = await site.open("#/");
    const paths = pathsThrough(await roomsOf(page));
    expect(paths.map(({ name }) => name).join(" ")).toBe(
      "why convolution pooling whole learning architectures learned applications A B C D E",
    );
    const titles = new Set(paths.flatMap(({ steps }) => steps).map(({ title }) => title));
    const guide = page.locator(".guide");
    for (const path of paths) {
      expect(path.steps.length, path.name).toBeGreaterThan(0);
      await go(path.deck ? `#/lecture/deck/${path.deck}` : `#/lecture/${path.name}`);
      await page
        .locator("main ol > li")
        .nth(path.steps.length - 1)
        .waitFor();
      const links = await page
        .locator("main ol > li h2 a")
        .evaluateAll((all) => all.map((one) => one.getAttribute("href")!));
      expect(links).toHaveLength(path.steps.length);
      for (const [index, { title, to, says, slides }] of path.steps.entries()) {
        const where = `${path.name}.${index + 1} ${to}`;
        expect(links[index], where).toContain(`path=${path.name}.${index + 1}`);
        expect(says.split(/\s+/).length, where).toBeLessThanOrEqual(80);
        // In the path of another deck it leads to the same view.
        if (!titles.delete(title)) continue;
        await go(links[index]);
        await guide.getByText(`step ${index + 1} of ${path.steps.length}`, { exact: true }).waitFor();
        await guide.getByRole("heading", { name: title, exact: true }).waitFor();
        await page
          .locator('main [role="status"]', { hasText: "is being loaded" })
          .waitFor({ state: "detached" });
        // A picture that is not there, a network that cannot be made: these are said a moment later.
        if (!to.startsWith("#/convolve")) await page.waitForTimeout(250);
        expect((await page.locator("main h1").textContent())!.length, where).toBeGreaterThan(5);
        expect(await page.locator(".refused, .failed, .away").allTextContents(), where).toEqual([]);
        expect(await guide.locator(".todo .done").count(), where).toBe(0);
        if (path.deck) await guide.getByText(`slide ${slides[path.deck]![1]}`).waitFor();
        expect(await guide.locator(".steps .first").getAttribute("href")).toBe(
          links[index + 1] ??
            (path.deck ? `#/lecture/deck/${path.deck}`.replace("/A", "") : `#/lecture/${path.name}`),
        );
      }
    }
    expect([...titles]).toEqual([]);
    for (const [deck, slides] of Object.entries(shown)) {
      const places = paths
        .find(({ name }) => name === deck)!
        .steps.map(({ slides }) => slides[deck as "A"]![0]);
      expect(
        slides.filter((slide) => !places.includes(slide)),
        `deck ${deck}`,
      ).toEqual([]);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
    // Of the machine's graphics, by the view in three dimensions.
    expect(faults.filter((fault) => !fault.includes("GL Driver Message"))).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("a tick comes when the one thing is done, and stays in this browser; keys, clicker and Back walk", async () => {
    const { page, faults, go } = await site.open("#/");
    const guide = page.locator(".guide");
    const done = guide.getByText("✓ Done");
    await go("#/lecture/why/5");
    await page.waitForFunction(() => location.hash === "#/convolve/share?path=why.5");
    await page.goBack();
    await page.waitForFunction(() => location.hash === "#/");

    await go("#/convolve/share?path=why.5");
    await guide.getByRole("heading", { name: "576 → 144 → 9" }).waitFor();
    for (const at of ["local", "shared"]) {
      expect(await done.count()).toBe(0);
      await page.evaluate((at) => {
        location.hash = `#/convolve/share?at=${at}&path=why.5`;
      }, at);
    }
    await done.waitFor();
    await page.keyboard.press("Shift+PageUp");
    await guide.getByRole("heading", { name: "A smaller picture" }).waitFor();
    expect(await page.evaluate(() => location.hash)).toBe("#/kernels/pixels?src=cat&step=4&path=why.4");

    // Three covered numbers, typed.
    await go("#/convolve/forward?path=convolution.2&cover=1&t=0");
    for (const [typed, next] of [
      ["3", 2],
      ["-1", 3],
      ["-3", 4],
    ] as const) {
      expect(await done.count()).toBe(0);
      await page.getByLabel("their sum").fill(typed);
      await page.keyboard.press("Enter");
      await page.locator("h1").getByText(`column ${next} is covered`).waitFor();
    }
    await done.waitFor();
    await page.getByRole("link", { name: "Kernels", exact: true }).click();
    await guide.getByText("You have left this step.").waitFor();
    await guide.getByRole("link", { name: "Back to it" }).click();
    await page.waitForFunction(() => location.hash.startsWith("#/convolve/forward?t=16&path=convolution.2"));

    // A clicker: through the view's places first, then on.
    await go("#/convolve/pool?t=3&present=1&path=pooling.1");
    await page.getByText("3 of 4", { exact: true }).waitFor();
    await page.keyboard.press("PageDown");
    await page.getByText("4 of 4", { exact: true }).waitFor();
    await done.waitFor();
    await page.keyboard.press("PageDown");
    await guide.getByRole("heading", { name: "The mean in place of the greatest" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.present)).toBe("");

    // What no address holds: the digit is read as another one.
    await go("#/learned/shift?path=pooling.5");
    await guide.getByRole("heading", { name: "How far may it move?" }).waitFor();
    await page.locator("h1").getByText("99.9 %").waitFor();
    expect(await done.count()).toBe(0);
    await go("#/learned/shift?x=9&y=-9&path=pooling.5");
    await done.waitFor();

    await go("#/convolve/pool?t=4&path=pooling.2");
    await guide.getByRole("button", { name: "Leave the path" }).click();
    await guide.waitFor({ state: "detached" });
    await go("#/lecture");
    await page.getByText("8 steps, 1 of 8 done").waitFor();
    await page.reload();
    await page.getByText("8 steps, 1 of 8 done").waitFor();
    await page.getByRole("link", { name: "Go on: The mean in place of the greatest" }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  /** What a camera would read of a code on the page. */
  const scanned = async (page: Page, selector: string): Promise<string | undefined> => {
    const { d, size } = await page
      .locator(selector)
      .first()
      .evaluate((svg) => ({
        d: svg.querySelector("path")!.getAttribute("d")!,
        size: Number(svg.getAttribute("viewBox")!.split(" ")[2]),
      }));
    const scale = 4;
    const pixels = new Uint8ClampedArray(4 * (size * scale) ** 2).fill(255);
    for (const [, x, y, length] of [...d.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)].map((found) =>
      found.map(Number),
    ))
      for (let i = 0; i < scale; i++)
        for (let j = 0; j < length * scale; j++) {
          const at = 4 * (((y + 4) * scale + i) * size * scale + (x + 4) * scale + j);
          pixels.fill(0, at, at + 3);
        }
    return readCode(pixels, size * scale, size * scale)?.data;
  };

  test("a code leads to the view, here or on the host that is named; a handout has one for each step", async () => {
    const { page, faults, go } = await site.open("#/convolve/pool?of=seven&t=2");
    await page.getByRole("button", { name: "Share this view" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("an address of this computer").waitFor();
    expect(await scanned(page, "dialog svg")).toBe(`${site.address}#/convolve/pool?of=seven&t=2`);
    const host = dialog.getByLabel("Address of the studio for your class");
    await host.fill("class.example.org");
    await dialog.getByText("That is no address of a page").waitFor();
    await host.fill("https://class.example.org/cnn/");
    expect(await scanned(page, "dialog svg")).toBe(
      "https://class.example.org/cnn/#/convolve/pool?of=seven&t=2",
    );
    expect(await dialog.locator("textarea").inputValue()).toContain(
      'src="https://class.example.org/cnn/embed.html#/convolve/pool?of=seven&amp;t=2"',
    );
    await page.keyboard.press("Escape");
    await go("#/lecture/pooling");
    expect(await scanned(page, "main li:nth-of-type(2) svg")).toBe(
      "https://class.example.org/cnn/#/lecture/pooling/2",
    );
    await go("#/lecture/deck/D");
    expect(await scanned(page, "main li:first-of-type svg")).toMatch(
      /^https:\/\/class\.example\.org\/cnn\/#\/.*path=D\.1$/,
    );
    await go("#/lecture/convolution");
    await page.emulateMedia({ media: "print" });
    const sheet = page.locator("main li").first().locator(".sheet");
    expect(await sheet.isVisible()).toBe(true);
    // Picture, filter, and a map that is not filled in.
    expect(
      await sheet.locator(".grid").evaluateAll((all) => all.map((one) => one.textContent!.length)),
    ).toEqual([36, 15, 0]);
    expect(
      await page
        .locator("header, nav.views, .tools")
        .evaluateAll((all) => all.filter((one) => one.checkVisibility()).length),
    ).toBe(0);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  const addresses = [
    "#/lecture",
    "#/lecture/convolution",
    "#/lecture/deck/E",
    "#/convolve/share?at=local&path=E.7",
  ];
  const settle = (page: Page) => page.waitForTimeout(200);
  test.each(["light", "dark"] as const)(
    "axe finds nothing, %s",
    (colorScheme) => expectAccessible({ site, addresses, settle }, colorScheme),
    60_000,
  );
  test.each(widths)("no view is wider than %s", (_, options, width) =>
    expectWithin({ site, addresses, settle }, options, width),
  );
  test("on a phone a step stands above its view, and its buttons are large enough for a thumb", async () => {
    const { page } = await site.open("#/convolve/pool?path=pooling.1", phone);
    const heights = await page
      .locator(".guide .steps .button")
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(Math.max(...heights)).toBeGreaterThanOrEqual(44);
    await page.context().close();
  });
});
