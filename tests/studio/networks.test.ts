/** Networks: counts from the page against FACTS' exact figures and the library; graphs, search, files, both themes, widths. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { models, nn } from "../../src/index.js";
import { mapped, offered } from "../../studio/src/rooms/networks/facts.js";
import { layoutOf } from "../../studio/src/rooms/networks/layout.js";
import { allParts, treeOf } from "../../studio/src/rooms/networks/tree.js";
import { builtSite, missing, type OpenPage, type Site, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";
import { shellOf, weightOf, withImports } from "./weight.js";

const addresses = [
  "#/networks/map",
  "#/networks/graph",
  "#/networks/graph?net=resnet50&open=stage1,stage1/block1&at=stage1/block1",
  "#/networks/graph?net=googlenet&open=inception3a",
  "#/networks/compare",
  "#/networks/compare?a=inception-naive&b=inception-reduced",
];

/** What the worker answers of a model, here from the library itself. */
const answerOf = (described: object) =>
  treeOf({ title: "network", described: described as never, input: "", params: 0, macs: 0, layers: [] });

describe("the drawing", () => {
  test("every architecture that is offered has its layers as parts, each box in its frame and none over another", () => {
    for (const name of offered.filter((one) => !one.startsWith("inception"))) {
      const model = models.registered(name).make();
      const tree = answerOf(JSON.parse(JSON.stringify(model.describe())));
      const parts = allParts(tree);
      const open = new Set(parts.map(({ path }) => path));
      const { boxes, width, height } = layoutOf(tree, open);
      const leaves = boxes.filter(({ isOpen }) => !isOpen);
      expect(leaves.length, name).toBe(parts.filter(({ inside }) => !inside).length);
      expect(new Set(boxes.map(({ part }) => part.path)).size, name).toBe(boxes.length);
      for (const { x, y, width: w, height: h } of boxes) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + w).toBeLessThanOrEqual(width + 0.01);
        expect(y + h).toBeLessThanOrEqual(height + 0.01);
      }
      const sorted = [...leaves].sort((a, b) => a.y - b.y);
      sorted.forEach((one, i) => {
        for (let j = i + 1; j < sorted.length && sorted[j].y < one.y + one.height; j++)
          expect(
            sorted[j].x >= one.x + one.width || one.x >= sorted[j].x + sorted[j].width,
            `${name} ${one.part.path}`,
          ).toBe(true);
      });
    }
  });

  test("a graph of branches that part and meet: each node below all that it takes from", () => {
    const graph = nn.graph("joined", {
      inputs: ["x"],
      nodes: {
        a: { layer: nn.conv2d({ filters: 3, kernel: 3, padding: "same" }), from: "x" },
        b: { layer: nn.relu(), from: "a" },
        c: { layer: nn.relu(), from: "b" },
        d: { layer: nn.concatenate(), from: ["a", "c"] },
      },
      outputs: "d",
    });
    const tree = answerOf(JSON.parse(JSON.stringify(graph.describe())));
    const { boxes } = layoutOf(tree, new Set([""]));
    const y = Object.fromEntries(boxes.map(({ part, y: at }) => [part.name, at]));
    expect(y.a).toBeLessThan(y.b);
    expect(y.b).toBeLessThan(y.c);
    expect(y.c).toBeLessThan(y.d);
  });

  test("3,000 nodes are laid out in less than a second", () => {
    const layers = Array.from({ length: 1000 }, (_, i) => ({
      type: "residual",
      name: `block${i}`,
      options: {
        layers: ["conv2d", "relu", "conv2d"].map((type, j) => ({ type, name: `${type}${j}`, options: {} })),
      },
    }));
    const tree = answerOf({ type: "sequential", name: "deep", options: { layers } });
    const start = performance.now();
    const { boxes } = layoutOf(tree, new Set(allParts(tree).map(({ path }) => path)));
    expect(boxes.filter(({ isOpen }) => !isOpen)).toHaveLength(3000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe.skipIf(missing)(`Networks ${missing}`, () => {
  let site: Site;
  let opened: OpenPage;
  beforeAll(async () => {
    site = await builtSite();
    opened = await site.open("#/networks/map");
  }, 120_000);
  afterAll(async () => {
    expect(opened?.faults).toEqual([]);
    await site?.close();
  });
  const says = (text: string | RegExp) =>
    opened.page.locator("main").getByText(text).first().waitFor({ timeout: 20_000 });

  test("the map has each network's exact parameters, and says what is only cited", async () => {
    const tiles = await opened.page.locator(".tiles li").allTextContents();
    const exact: Readonly<Record<string, string>> = {
      "LeNet-5": "60,000",
      AlexNet: "60,965,224",
      ZFNet: "62,357,608",
      "VGG-16": "138,357,544",
      GoogLeNet: "6,998,552",
      "ResNet-50": "25,557,032",
      "ResNet-152": "60,192,808",
      "DenseNet-121": "7,978,856",
    };
    expect(tiles).toHaveLength(mapped.length);
    for (const [i, { title, error }] of mapped.entries()) {
      expect(tiles[i]).toContain(title);
      expect(tiles[i]).toContain(exact[title]);
      expect(tiles[i]).toContain(error);
    }
    await says("14,197,122 pictures of 21,841 kinds");
    await says("18.2 % is one network, 16.4 % five, 15.3 % seven");
    await says("340,908 connections");
    // No engine was needed.
    expect(opened.page.workers()).toHaveLength(0);
  });

  test("an inception module both ways: 387,072 weights against 163,328, 303 M products against 128 M", async () => {
    await opened.go("#/networks/compare?a=inception-naive&b=inception-reduced");
    await says("387,072");
    await says("163,328");
    await says("Multiply-adds: 303.5 M against 128.0 M.");
  });

  test("VGG-16 beside GoogLeNet: both tables, and 20 times the parameters", async () => {
    await opened.go("#/networks/compare");
    await says("VGG-16 has 20 times the parameters of GoogLeNet.");
    await says("Multiply-adds: 15.47 G against 1.58 G.");
    expect(await opened.page.locator("tbody tr").count()).toBeGreaterThan(30);
  });

  test("a graph opens by stages; a layer says its counts; the address keeps it; search finds and opens", async () => {
    const { page } = opened;
    await opened.go("#/networks/graph?net=resnet152");
    await says("60,192,808 parameters");
    const nodes = () => page.locator(".diagram rect.node").count();
    const closed = await nodes();
    expect(closed).toBeLessThan(15);
    await page.getByRole("application").focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("open=stage1"));
    expect(await page.locator(".diagram rect.frame").count()).toBe(1);
    await page.getByRole("searchbox").fill("stage4/block3/conv2");
    await says("1 found");
    await page.keyboard.press("Enter");
    await page.locator(".card").getByText("stage4/block3/conv2").first().waitFor();
    // 3×3 from 512 to 512 channels.
    await page.locator(".card").getByText("2,359,296").first().waitFor();
    await page.locator(".card").getByText("7×7×512").first().waitFor();
    await page.getByRole("searchbox").fill("");
  });

  test("LeNet-5 of 1998: C3 has 1,516 parameters and sees 14×14 pixels", async () => {
    await opened.go("#/networks/graph?at=c3");
    await says("LeNet-5: 16 layers, 60,000 parameters.");
    await opened.page.locator(".card").getByText("1,516", { exact: true }).first().waitFor();
    await opened.page.locator(".card").getByText("14×14 pixels").waitFor();
  });

  test("all of DenseNet is open and the drawing has only what is in sight", async () => {
    const { page } = opened;
    await opened.go("#/networks/graph?net=densenet121");
    await says("7,978,856 parameters");
    await page.getByRole("button", { name: "open all" }).click();
    // As large as it can be read fewer are in sight.
    await page.locator(".diagram rect.frame").first().waitFor();
    expect(await page.locator(".diagram rect").count()).toBeLessThan(30);
    await page.getByRole("button", { name: "fit", exact: true }).click();
    await page.locator(".diagram rect.frame").nth(2).waitFor();
    expect(await page.locator(".diagram rect").count()).toBeLessThan(600);
  });

  test("a description of one's own is drawn, what is none says so", async () => {
    const { page } = opened;
    const described = models.registered("resnet18").make().describe();
    await opened.go("#/networks/graph");
    const file = (name: string, text: string) => ({
      name,
      mimeType: "application/json",
      buffer: Buffer.from(text),
    });
    await page
      .getByLabel("A network of yours")
      .setInputFiles(file("mine.json", JSON.stringify({ model: described, input: [224, 224, 3] })));
    await says("11,689,512 parameters");
    await page.getByLabel("A network of yours").setInputFiles(file("none.json", '{"a": 1}'));
    await says("none.json describes no network");
  });

  test("the SVG file has every part that is drawn", async () => {
    const { page } = opened;
    await opened.go("#/networks/graph?net=googlenet&open=inception3a");
    await says("6,998,552 parameters");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "SVG" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("googlenet.svg");
    const text = readFileSync(await download.path(), "utf8");
    expect(text).toContain("inception3a");
    expect(text).toContain(">5x5<");
    expect(text.startsWith("<svg xmlns")).toBe(true);
  });

  const everyView = () => ({ site, addresses, settle: (page: OpenPage["page"]) => page.waitForTimeout(600) });

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

  test("the room weighs at most 30 kB gzipped", () => {
    const room = withImports(site.folder, ["networks"]);
    expect(weightOf(site.folder, room, shellOf(site.folder))).toBeLessThan(30);
  });
});
