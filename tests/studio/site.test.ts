/** The site as a whole: sizes, headers, addresses, keyboard, phones, both themes. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as views from "../../studio/src/rooms/convolve/keys.js";
import { findable } from "../../studio/src/rooms/find.js";
import * as kernelKeys from "../../studio/src/rooms/kernels/keys.js";
import { addressOf, type Keys, parsed, valuesFrom } from "../../studio/src/state/address.js";
import { builtSite, missing, numbersIn, phone, type Site, settled, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";
import { shellOf, weightOf, withImports } from "./weight.js";

const names = [
  "forward",
  "channels",
  "pool",
  "share",
  "activate",
  "backward",
  "backpool",
  "upsample",
  "learn",
  "text",
];
const addresses = ["#/", ...names.map((view) => `#/convolve/${view}`), "#/train"];

describe.skipIf(missing)(`the studio's site ${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await builtSite();
  }, 120_000);
  afterAll(() => site?.close());

  const settle = (page: Page) => page.waitForTimeout(300);

  test("the shell with Convolve's first view weighs at most 65 kB gzipped, what a training needs of the library 130", () => {
    const shell = shellOf(site.folder);
    expect(shell.size).toBeGreaterThan(1);
    expect(weightOf(site.folder, shell)).toBeLessThan(65);
    const of = (...names: string[]) => weightOf(site.folder, withImports(site.folder, names), shell);
    expect(of("more")).toBeLessThan(20);
    expect(of("Train")).toBeLessThan(45);
    // Files, sheets of paper and pictures of one's own are loaded when there are some.
    expect(of("worker", "trainer", "digit-pictures")).toBeLessThan(130);
    const all = readdirSync(site.folder, { recursive: true, encoding: "utf8" }).map((name) =>
      statSync(join(site.folder, name)),
    );
    expect(all.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)).toBeLessThan(1_850_000);
  });

  test("a training loads nothing of the library that is not weighed", async () => {
    const { page } = await site.open("#/");
    const loaded = new Set<string>();
    page.context().on("request", (request) => loaded.add(request.url().split("/").at(-1)!));
    await page.evaluate(() => {
      location.hash = "#/train";
    });
    await page.getByRole("button", { name: "all", exact: true }).click();
    await page.locator(".drive .first:not(:disabled)").click({ timeout: 60_000 });
    await page.locator("h1").getByText("Step 282 of 282").waitFor({ timeout: 90_000 });
    const weighed = new Set([
      ...withImports(site.folder, ["worker", "trainer", "digit-pictures", "Train", "dialogs"]),
      ...shellOf(site.folder),
    ]);
    expect([...loaded].filter((name) => name.endsWith(".js") && !weighed.has(name))).toEqual([]);
    await page.context().close();
  }, 180_000);

  test("paths are relative: any folder of any host will do", () => {
    const page = readFileSync(join(site.folder, "index.html"), "utf8");
    for (const [, path] of page.matchAll(/(?:src|href)="([^"]+)"/g))
      expect(path).toMatch(/^(\.\/|icon\.svg)/);
  });

  test("named examples are there before any engine is; an edit starts it, and nothing asks elsewhere", async () => {
    const { page, faults } = await site.open("#/convolve/forward?t=16");
    await settled(page, "Map");
    expect(page.workers()).toHaveLength(0);
    await page.getByRole("grid", { name: "Image", exact: true }).locator('[role="gridcell"]').nth(1).click();
    await page.getByText("library ready").waitFor();
    await settled(page, "Map");
    expect((await numbersIn(page, "Map"))[0]).toEqual([2, 0, -3, -1]);
    expect(page.workers()).toHaveLength(1);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  const wider = [
    "#/convolve/forward?img=letter&f=3&t=25&check=1,2/3,4",
    "#/convolve/forward?img=small&show=letters",
    "#/convolve/forward?cover=1&t=2",
  ];
  const everyView = () => ({ site, addresses: [...addresses, ...wider], settle });

  test.each(["light", "dark"] as const)(
    "axe finds nothing in any view, %s",
    (colorScheme) => expectAccessible(everyView(), colorScheme),
    120_000,
  );

  test.each(widths)(
    "no view is wider than %s",
    (_, options, width) => expectWithin(everyView(), options, width),
    60_000,
  );

  test("on a phone the four controls of forward stand in one row", async () => {
    const { page, go } = await site.open("#/convolve/forward", phone);
    for (const hash of ["", "?img=small", "?img=letter&f=3", "?img=seven&p=same&s=2"]) {
      await go(`#/convolve/forward${hash}`);
      const tops = await page
        .locator(".controls.tight > label")
        .evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().top)));
      expect(tops, hash).toHaveLength(4);
      expect(new Set(tops).size, hash).toBe(1);
    }
    await page.context().close();
  });

  describe("addresses", () => {
    test("an edit is in the address, Back undoes a change of view, Ctrl+Z an edit", async () => {
      const { page } = await site.open("#/convolve/forward");
      await page.getByRole("button", { name: "2", exact: true }).click();
      await page.waitForFunction(() => location.hash === "#/convolve/forward?s=2&t=144");
      await page.getByRole("link", { name: "pool", exact: true }).first().click();
      await page.waitForFunction(() => location.hash === "#/convolve/pool");
      await page.goBack();
      await page.waitForFunction(() => location.hash.startsWith("#/convolve/forward?s=2"));
      expect(await numbersIn(page, "Map")).toEqual([
        [3, -3],
        [-3, 0],
      ]);
      await page.keyboard.press("Control+z");
      await page.waitForFunction(() => location.hash === "#/convolve/forward");
      await page.keyboard.press("Control+Shift+z");
      await page.waitForFunction(() => location.hash.startsWith("#/convolve/forward?s=2"));
      await page.context().close();
    });

    test("what means nothing is left out, with one quiet line", async () => {
      const { page, faults } = await site.open("#/convolve/forward?s=99&nonsense=1&img=strokes&t=16");
      expect(await page.locator(".refused").textContent()).toContain("s=99, nonsense=1");
      await settled(page, "Map");
      expect(await numbersIn(page, "Map")).toHaveLength(4);
      expect(faults).toEqual([]);
      await page.context().close();
    });

    test("a layer and a network that are not there leave the address, with that line", async () => {
      const { page, faults, go } = await site.open("#/networks/map");
      for (const [address, line] of [
        ["#/networks/compare?a=zz&b=resnet18", "a=zz"],
        ["#/networks/graph?net=zz", "net=zz"],
        ["#/learned/codes?layer=conv9", "layer=conv9"],
        ["#/learned/filters?layer=fc1", "layer=fc1"],
        ["#/learned/patches?layer=conv9", "layer=conv9"],
        ["#/learned/maximise?of=layer&layer=conv9", "layer=conv9"],
        ["#/learned/dream?layer=conv9", "layer=conv9"],
      ]) {
        await go(address);
        await page.locator(".refused", { hasText: line }).waitFor({ timeout: 60_000 });
        await page.waitForFunction((gone) => !location.hash.includes(gone), line);
        expect(await page.locator(".failed").count(), address).toBe(0);
      }
      await go("#/networks/compare?a=zz&b=resnet18");
      await page.getByText(/^VGG-16 has \d+ times the parameters of resnet18/).waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    });

    test("addresses at the edge of what their views take say what comes of it", async () => {
      const { page, faults, go } = await site.open("#/convolve/forward");
      for (const [view, says] of [
        ["forward?img=11/11", "A window of 3×3 does not fit into 2×2 pixels."],
        ["forward?img=11/11&p=1&t=4", "Row 2, column 2"],
        ["forward?img=111111111111/000000000000&k=5&t=1", "The sum is 5."],
        ["forward?img=0,0.5/-1,1e3&k=1,2/3,-4e5&t=1", "The sum is −4e+8."],
        ["forward?h=3&s=5&t=9", "Row 1, column 1"],
        ["forward?check=1,2/3,4&t=16", "Row 4, column 4"],
        ["pool?m=1/2/3&t=9", "is the greatest of its window"],
        ["pool?m=-1,-1/-1,-1&t=1", "−1 is the greatest of its window. It stands at row 1, column 1."],
        ["learn?rate=100&t=150", "The loss left the numbers"],
        ["learn?rate=0&t=150", "After 150 steps the loss is 0.144."],
        ["text?s=&t=3", "A filter of 2 words needs 2 words; there are 0."],
        ["text?s=one&m=1&t=1", "“one”"],
        ["activate?fn=maxout&x=-4", "maxout of −4 is 2, its slope there is −0.5."],
        ["backpool?x=1111/1111/1111/1111", "The error 7 goes to X₃₃ alone"],
      ]) {
        await go(`#/convolve/${view}`);
        await page.locator("h1").getByText(says).waitFor();
        await settle(page);
        expect(await page.locator(".refused, .failed").allTextContents(), view).toEqual([]);
      }
      expect(faults).toEqual([]);
      await page.context().close();
    }, 60_000);

    test("a room and a view that are not there lead to one that is, and say so", async () => {
      const { page, go } = await site.open("#/nowhere/at-all");
      await page.getByText("nowhere/at-all").waitFor();
      await go("#/convolve/nothing");
      await page.getByText("convolve/nothing").waitFor();
      await page.getByRole("grid", { name: "Map", exact: true }).waitFor();
      await page.context().close();
    });

    test("all that Find knows opens, and nothing of it is refused", async () => {
      const keys: Readonly<Record<string, Readonly<Record<string, Keys>>>> = {
        convolve: {
          forward: views.forwardKeys,
          channels: views.channelsKeys,
          pool: views.poolKeys,
          share: views.shareKeys,
          activate: views.activateKeys,
          backward: views.backwardKeys,
          upsample: views.upsampleKeys,
          learn: views.learnKeys,
          text: views.textKeys,
        },
        kernels: {
          pixels: kernelKeys.pixelsKeys,
          filter: kernelKeys.filterKeys,
          template: kernelKeys.templateKeys,
          edges: kernelKeys.edgesKeys,
          hog: kernelKeys.hogKeys,
          sift: kernelKeys.pointsKeys,
          surf: kernelKeys.pointsKeys,
        },
      };
      const rooms = Object.entries(keys).map(([name, of]) => ({
        name,
        title: name,
        views: Object.keys(of).map((view) => ({ name: view, title: view })),
      }));
      const { page, faults, go } = await site.open("#/");
      const found = findable(rooms as unknown as Parameters<typeof findable>[0]);
      expect(found.length).toBeGreaterThan(30);
      for (const { text, room, view, values = {} } of found) {
        const own = keys[room][view];
        const hash = addressOf(room, view, own, values);
        await go(hash);
        await page.locator("nav a[aria-current]", { hasText: new RegExp(`^${view}$`) }).waitFor();
        expect(await page.locator(".refused").count(), `${text}: ${hash}`).toBe(0);
        // What the address says stays in it.
        expect(addressOf(room, view, own, valuesFrom(own, parsed(hash).given).values)).toBe(hash);
      }
      expect(faults).toEqual([]);
      await page.context().close();
    });

    test("a theme that was chosen stays in this browser, and is no part of the address", async () => {
      const { page } = await site.open("#/convolve/pool", { colorScheme: "light" });
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
      expect(await theme()).toBe("light");
      await page.getByRole("button", { name: "To dark" }).click();
      await page.getByRole("button", { name: "To light" }).waitFor();
      expect(await theme()).toBe("dark");
      await page.reload();
      await page.locator("main h1").waitFor();
      expect(await theme()).toBe("dark");
      expect(new URL(page.url()).hash).toBe("#/convolve/pool");
      await page.context().close();
    });

    test("hide takes controls away, present the bar, embed the header; theme wins over the system's", async () => {
      const { page, go } = await site.open("#/convolve/forward?hide=stride,check&theme=dark", {
        colorScheme: "light",
      });
      expect(await page.getByRole("group", { name: "Stride" }).count()).toBe(0);
      expect(await page.getByRole("group", { name: "Padding" }).count()).toBe(1);
      expect(await page.getByRole("button", { name: "check a printed result" }).count()).toBe(0);
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
      await go("#/convolve/forward?present=1&t=3");
      expect(await page.locator(".bar").count()).toBe(0);
      await page.keyboard.press("PageDown");
      await page.getByText("4 of 16").waitFor();
      await go("#/convolve/forward?embed=1");
      expect(await page.locator("header").count()).toBe(0);
      await page.context().close();
      const embedded = await site.open("#/convolve/pool", { page: "embed.html" });
      expect(await embedded.page.locator("header").count()).toBe(0);
      expect(embedded.faults).toEqual([]);
      await embedded.page.context().close();
    });
  });

  describe("by keyboard alone", () => {
    test("a stepper is reached, walked, covered and answered", async () => {
      const { page, faults } = await site.open("#/convolve/forward");
      const focused = () =>
        page.evaluate(
          () =>
            document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "",
        );
      let stops = 0;
      for (; stops < 60; stops++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate(() => document.activeElement?.closest('[aria-label="Map"]') !== null)) break;
      }
      // Each grid is one stop.
      expect(stops).toBeLessThan(45);
      expect(await focused()).toBe("row 1, column 1, 9 products: 3");
      await page.keyboard.press("ArrowRight");
      expect(await focused()).toBe("row 1, column 2: not computed yet");
      await page.keyboard.press("Enter");
      await page.locator("h1").getByText("Row 1, column 2").waitFor();
      expect(await focused()).toBe("row 1, column 2, 9 products: −1");
      await page.keyboard.press("End");
      expect(await focused()).toContain("row 1, column 4");
      await page.keyboard.press("Control+End");
      expect(await focused()).toContain("row 4, column 4");
      // C covers the map, Space uncovers a cell; a number that is right stays.
      await page.keyboard.press("c");
      await page.locator("h1").getByText("is covered").waitFor();
      await page.getByLabel("their sum").focus();
      await page.keyboard.type("2");
      await page.keyboard.press("Enter");
      await page.getByText("Not 2:").waitFor();
      await page.keyboard.type("3");
      await page.keyboard.press("Enter");
      await page.getByText("Right: 3.").waitFor();
      await page.locator("h1").getByText("Row 1, column 2 is covered").waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    });

    test("a weight is written, what is no number is refused, Esc leaves the old one", async () => {
      const { page } = await site.open("#/convolve/forward?t=16");
      const weight = page
        .getByRole("grid", { name: "Filter", exact: true })
        .locator('[role="gridcell"]')
        .first();
      await weight.focus();
      await page.keyboard.type("-");
      await page.keyboard.press("Enter");
      await page.getByText("“-” is no number here").waitFor();
      await page.keyboard.press("Escape");
      expect((await numbersIn(page, "Filter"))[0][0]).toBe(1);
      await page.keyboard.type("0.5");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => location.hash.includes("k=0.5,-1,-1"));
      await settled(page, "Map");
      expect((await numbersIn(page, "Map"))[0][0]).toBe(2.5);
      expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
        "weight, row 1, column 1: 0.5",
      );
      await page.context().close();
    });

    test("Find leads to a term, ? shows the keys", async () => {
      const { page, faults } = await site.open("#/");
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").waitFor();
      await page.keyboard.type("max pool");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => location.hash === "#/convolve/pool?of=seven");
      await page.keyboard.press("?");
      await page.getByRole("dialog").getByText("to the next cell").waitFor();
      await page.keyboard.press("Escape");
      expect(await page.getByRole("dialog").count()).toBe(0);
      expect(faults).toEqual([]);
      await page.context().close();
    });
  });

  test("nothing moves by itself; Play is a button, and stops at the end and where the view is left", async () => {
    const { page, faults, go } = await site.open("#/convolve/forward?t=14");
    await page.waitForTimeout(700);
    await page.getByText("14 of 16").waitFor({ timeout: 200 });
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("16 of 16").waitFor();
    await page.getByRole("button", { name: "Play" }).waitFor();
    await page.getByRole("button", { name: "Play" }).click();
    await go("#/convolve/pool?t=1");
    await page.getByText("1 of 4").waitFor();
    await page.waitForTimeout(1200);
    await page.getByText("1 of 4").waitFor({ timeout: 200 });
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("a pixel that is pointed at marks all places that see it", async () => {
    const { page } = await site.open("#/convolve/forward?t=16");
    await page.getByRole("grid", { name: "Image", exact: true }).locator('[role="gridcell"]').nth(7).hover();
    expect(await page.getByRole("grid", { name: "Map", exact: true }).locator(".asks").count()).toBe(4);
    await page.context().close();
  });
});
