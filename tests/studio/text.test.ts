/** The room Text: what the page shows is what the library computes in Node for the same classifier. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explain, tensor } from "../../src/index.js";
import { text } from "../../src/tasks/index.js";
import { builtSite, missing, numberIn, type Site, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";
import { downloaded, headline } from "./training.js";
import { shellOf, weightOf, withImports } from "./weight.js";

const settled = (page: Page) => page.locator("h1", { hasText: /^Read as/ }).waitFor({ timeout: 60_000 });
const mapOf = (page: Page, width: number) =>
  page.getByRole("application", { name: new RegExp(`^Map of ${width} words`) });

describe.skipIf(missing)(`Text ${missing}`, () => {
  let site: Site;
  let folder: string;
  beforeAll(async () => {
    site = await builtSite();
    folder = await mkdtemp(join(tmpdir(), "text-room-"));
  }, 120_000);
  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("it learns in the tab, and every number is the library's for the classifier that is saved", async () => {
    const loaded: string[] = [];
    const { page, faults, go } = await site.open("#/convolve/text");
    page.context().on("request", (request) => loaded.push(request.url()));
    const isTask = () => loaded.filter((url) => /\/(text|classifier)-[\w-]+\.js$/.test(url));
    expect(isTask()).toEqual([]);
    await go("#/text?s=the%20pool%20was%20not%20good%20at%20all%20,%20quatsch");
    await settled(page);
    expect(isTask().length).toBeGreaterThan(0);
    expect(await page.locator(".under.more").textContent()).toMatch(
      /800 messages .* 4 classes.* (9\d\.\d|100\.0)\s% are read/,
    );

    const path = await downloaded(page, "Save the classifier", folder);
    const classifier = await text.load(path);
    const sentence = "the pool was not good at all , quatsch";
    const found = await classifier.predict(sentence);
    expect(await headline(page)).toContain(`Read as ${found.label}`);
    const scores = await page.locator("aside .line[aria-pressed] .score").allTextContents();
    expect(scores.map(numberIn)).toEqual(Array.from(found.scores, (score) => Number(score.toPrecision(3))));

    // Words in colours: three ways to ask, for the class that is read and for another.
    const counts = async () => (await page.locator("ol .counts").allTextContents()).map(numberIn);
    for (const [name, method] of [
      ["Winners", "winners"],
      ["Occlusion", "occlusion"],
      ["Gradients", "integrated-gradients"],
    ] as const) {
      await page.getByRole("button", { name, exact: true }).click();
      const { relevance } = await text.explain(classifier, sentence, { method });
      await expect.poll(counts).toEqual(Array.from(relevance, (value) => Number(value.toFixed(2)) + 0));
    }
    await page.locator("aside .line", { hasText: "question" }).first().click();
    await page.waitForFunction(() => location.hash.includes("class=question"));
    const asked = await text.explain(classifier, sentence, {
      method: "integrated-gradients",
      target: "question",
    });
    await expect.poll(counts).toEqual(Array.from(asked.relevance, (value) => Number(value.toFixed(2)) + 0));
    expect(await page.locator("li.strange .word").allTextContents()).toEqual(["quatsch, unknown"]);

    // Maps, by keyboard: the number, where it was greatest, and its sum word by word.
    const { words, numbers } = classifier.read(sentence);
    const layers = await explain.layerOutputs(classifier.network, {
      words: tensor(numbers, [1, words.length]),
    });
    const map = (await layers.get("conv3")!.output.data()) as Float32Array;
    const plane = mapOf(page, 3);
    await plane.focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"])
      await page.keyboard.press(key);
    const value = map[4 * 12 + 1];
    const says = await headline(page);
    expect(says).toContain(`“${words.slice(2, 5).join(" ")}”: filter 2 of 3 words gives`);
    expect(numberIn(/gives (.*)\.$/.exec(says)![1])).toBeCloseTo(value, 3);
    expect(await page.locator("li.seen").count()).toBe(3);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("of=3.2@5"));
    const terms = (await page.locator(".terms .term").allTextContents()).map((term) =>
      numberIn(term.replace(/^.* /, "")),
    );
    expect(terms).toHaveLength(4);
    expect(terms.reduce((a, b) => a + b)).toBeCloseTo(value, 3);
    expect(await page.locator(".failed").count()).toBe(0);

    // What won is linked to words and filters.
    const winners = await text.explain(classifier, sentence, { target: "question" });
    await page.locator("aside .winner").first().hover();
    expect(await page.locator("li.seen .word").allTextContents()).toEqual(
      winners.winners![0].ngram.map((word) => (word === "quatsch" ? "quatsch, unknown" : word)),
    );
    expect(await page.locator(".strip .mark.window").count()).toBe(winners.winners![0].filters.length);
    expect(numberIn((await page.locator("aside .winner .score").first().textContent())!)).toBeCloseTo(
      winners.winners![0].contribution,
      2,
    );

    // Texts of one's own, a file that is none, and the classifier that was saved.
    const drop = (file: string) => page.locator('input[type="file"]').setInputFiles(file);
    const broken = join(folder, "broken.csv");
    await writeFile(broken, "only,one\n");
    await drop(broken);
    await page.locator(".failed", { hasText: "broken.csv" }).waitFor();
    await settled(page);
    const mine = join(folder, "mine.csv");
    const lines = Array.from({ length: 60 }, (_, i) =>
      i % 2 ? `ship,the ship of ${i} left the harbour` : `tree,an old tree of ${i} years`,
    );
    await writeFile(mine, ["label,text", ...lines].join("\n"));
    await drop(mine);
    await page.locator(".under.more", { hasText: "mine.csv" }).waitFor({ timeout: 60_000 });
    await page.getByLabel("Sentence", { exact: true }).fill("a tree");
    await page.locator("h1", { hasText: "Read as tree" }).waitFor();
    await page.getByLabel("Sentence", { exact: true }).fill("xyzzy plugh");
    await page.getByText("None of these two words occurred in training").waitFor();
    await drop(path);
    await page.locator(".under.more", { hasText: /^Opened from texts/ }).waitFor();
    await page.getByLabel("Sentence", { exact: true }).fill(sentence);
    await page.locator("h1", { hasText: `Read as ${found.label}` }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 90_000);

  test("a file that is none leaves a training as it is; one that was stopped reads; an engine that ends takes it along", async () => {
    const { page, faults } = await site.open("#/text");
    await page.locator("h1", { hasText: /^Learning|^Epoch/ }).waitFor();
    const choose = (name: string, said: string) =>
      page
        .locator(".maker input[type=file]")
        .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(said) });
    await choose("none.safetensors", "no network at all");
    await choose("one.csv", "text,label\nhello world,a\n");
    await page.getByText("all texts are of the class a").waitFor();
    await settled(page);
    await page.getByText("Learned here from 800 messages").waitFor();
    await choose("none.safetensors", "no network at all");
    await page.getByText("none.safetensors: not a safetensors file").waitFor();
    expect(await headline(page)).toMatch(/^Read as/);
    await page.getByRole("button", { name: "Train again" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await settled(page);
    const worker = page.workers().find((one) => one.url().includes("worker-"))!;
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error("out of memory");
      });
    });
    await page.getByText("what it had learned here is gone").waitFor();
    await page.getByRole("button", { name: "Train again" }).click();
    await settled(page);
    expect(faults.filter((fault) => !/out of memory/.test(fault))).toEqual([]);
    await page.context().close();
  }, 90_000);

  const everyView = () => ({
    site,
    addresses: ["#/text", "#/text?s=quatsch&by=occlusion&of=2.3@1"],
    settle: (page: Page) => page.locator("h1", { hasText: /^Read as|occur/ }).waitFor({ timeout: 60_000 }),
  });
  test.each(["light", "dark"] as const)(
    "axe finds nothing, %s",
    (theme) => expectAccessible(everyView(), theme),
    60_000,
  );
  test.each(widths)(
    "it is not wider than %s",
    (_, options, width) => expectWithin(everyView(), options, width),
    60_000,
  );

  test("the room weighs at most 40 kB gzipped", () => {
    const room = withImports(site.folder, ["Text"]);
    expect(weightOf(site.folder, room, shellOf(site.folder))).toBeLessThan(40);
  });
});
