/** The room Rank: what the page shows is what the library computes in Node for the same ranker. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pairs } from "../../src/tasks/index.js";
import { builtSite, missing, numberIn, type Site, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";
import { downloaded, headline } from "./training.js";
import { shellOf, weightOf, withImports } from "./weight.js";

const settled = (page: Page) => page.locator("h1", { hasText: /^First stands/ }).waitFor({ timeout: 60_000 });
const numbersOf = async (page: Page, places: string) =>
  (await page.locator(places).allTextContents()).map(numberIn);
const rounded = (value: number) => Number(Number(value.toFixed(3)).toPrecision(3)) + 0;
const total = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => a + b, 0);

describe.skipIf(missing)(`Rank ${missing}`, () => {
  let site: Site;
  let folder: string;
  beforeAll(async () => {
    site = await builtSite();
    folder = await mkdtemp(join(tmpdir(), "rank-room-"));
  }, 120_000);
  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("it learns in the tab, and every number is the library's for the ranker that is saved", async () => {
    const loaded: string[] = [];
    const { page, faults, go } = await site.open("#/convolve/text");
    page.context().on("request", (request) => loaded.push(request.url()));
    const isTask = () => loaded.filter((url) => /\/rank-[\w-]+\.js$/.test(url));
    expect(isTask()).toEqual([]);
    await go("#/rank");
    await settled(page);
    expect(isTask().length).toBeGreaterThan(0);
    expect(await page.locator(".under.more").textContent()).toMatch(/120 questions .* 24 filters over five/);

    const path = await downloaded(page, "Save the ranker", folder);
    const ranker = await pairs.load(path);
    const { train, test: held } = pairs.townQuestions();
    const [{ text: question, candidates }] = held.questions;
    const ranked = await ranker.rank(
      question,
      candidates.map(({ text }) => text),
    );
    expect(await headline(page)).toContain(`First stands “${ranked[0].text}”`);
    expect(await page.locator(".ranking .text").allTextContents()).toEqual(
      ranked.map(({ text, index }) =>
        candidates[index].relevant
          ? `${text}, answers, says the data`
          : `${text}, does not answer, says the data`,
      ),
    );
    expect(await numbersOf(page, ".ranking .score")).toEqual(ranked.map(({ score }) => rounded(score)));

    // How good it is, beside what learns less.
    const regression = await pairs.train(train, { method: "regression" });
    for (const [method, one] of [
      ["Regression", regression],
      ["Network", ranker],
    ] as const) {
      const { mixed } = await one.evaluate(held);
      const row = page.locator("aside tr", { hasText: method });
      expect((await row.locator("td").allTextContents()).map(Number)).toEqual(
        [mixed.mrr, mixed.map].map((value) => Number(value.toFixed(3))),
      );
      expect(mixed.mrr).toBeGreaterThan(0.9);
    }

    // Another sentence: of what its score is made.
    await page.locator(".ranking .line").nth(2).click();
    await page.waitForFunction((c) => location.hash.includes(`c=${c}`), ranked[2].index + 1);
    const seen = await ranker.look(question, ranked[2].text);
    const parts = [
      total(seen.question.read!.parts),
      seen.similarity!.part,
      total(seen.candidate.read!.parts),
      total(seen.counted.map(({ part }) => part)),
      seen.bias,
      seen.score,
    ];
    await expect.poll(() => numbersOf(page, "aside .number")).toEqual(parts.map(rounded));
    expect(total(parts.slice(0, -1))).toBeCloseTo(seen.score, 4);
    expect(numberIn((await page.locator(".similarity h2 small").textContent())!.replace("xᵀMy =", ""))).toBe(
      Number(seen.similarity!.value.toPrecision(3)),
    );
    expect(await numbersOf(page, ".three tbody td:last-child")).toEqual(
      seen.counted.map(({ part }) => rounded(part)),
    );
    const shared = seen.candidate.words.filter((_, i) => seen.candidate.isShared[i]);
    expect(shared.length).toBeGreaterThan(0);
    expect(
      (await page.locator(".passage.candidate li.shared .word").allTextContents()).map(
        (said) => said.split(",")[0],
      ),
    ).toEqual(shared);

    // A map, by keyboard: the number, and its sum word by word.
    const { read, words } = seen.candidate;
    const value = read!.values[4 * read!.filters + 1];
    await page.getByRole("application", { name: /^Map of the sentence/ }).focus();
    for (const key of [...Array.from({ length: 5 }, () => "ArrowDown"), "ArrowRight"])
      await page.keyboard.press(key);
    const says = await headline(page);
    expect(says).toContain(`“${words.slice(0, 5).join(" ")}”: filter 2 of the sentence gives`);
    expect(numberIn(/gives (.*)\.$/.exec(says)![1])).toBeCloseTo(value, 3);
    expect(await page.locator(".passage.candidate li.seen").count()).toBe(5);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("of=s.2@5"));
    const terms = (await page.locator(".terms .term").allTextContents()).map((term) =>
      numberIn(term.replace(/^.* /, "")),
    );
    expect(terms).toHaveLength(6);
    expect(total(terms)).toBeCloseTo(value, 3);
    expect(await page.locator(".failed").count()).toBe(0);

    // What won leads to its words.
    const winner = page.locator("button.winner").first();
    await winner.hover();
    const won = (await winner.locator(".ngram").textContent())!
      .replace(/ (question|sentence), .*$/, "")
      .trim();
    const lit = (await page.locator("li.seen .word").allTextContents()).map((said) =>
      said.replace(/, in both$/, ""),
    );
    expect(lit.join(" ")).toBe(won);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("questions and sentences of one's own; what cannot be ranked is said; files", async () => {
    const { page, faults } = await site.open("#/rank");
    await settled(page);
    const ask = (question: string) => page.getByRole("textbox", { name: "Question" }).fill(question);
    await ask("");
    await page.getByText("Ask a question: sentences are ranked").waitFor();
    await ask("xyzzy plugh");
    await page.getByText("None of these two words occurred in training or stands in a sentence").waitFor();
    await ask("xyzzy ?");
    await page.getByText("“xyzzy” did not occur in training and stands in no sentence").waitFor();
    await ask("Who planned the mill of xyzzy ?");
    await settled(page);
    await page.getByText("The data has no sentences for this question: all 317 are ranked.").waitFor();
    expect(await page.locator(".ranking .line").count()).toBe(8);
    await page.getByRole("button", { name: "Show 25 more" }).click();
    expect(await page.locator(".ranking .line").count()).toBe(33);
    expect(await page.locator(".passage.question li.strange .word").allTextContents()).toEqual([
      "xyzzy, unknown",
    ]);

    await page.getByRole("button", { name: "Mine", exact: true }).click();
    await page.getByText("There are no sentences to rank: write some").waitFor();
    const mine = ["On Sundays the mill of xyzzy is closed .", "The Rope Makers planned the mill of xyzzy ."];
    await page.getByLabel("Sentences, a line each").fill(["", ...mine, " "].join("\n"));
    await page.locator("h1", { hasText: "First stands “The Rope Makers planned" }).waitFor();
    expect(await page.locator(".ranking .line").count()).toBe(2);
    await page.waitForFunction(() => location.hash.includes("lines="));

    // Less is counted: the network learns again, and the regression is gone.
    await page.getByRole("button", { name: "Nothing", exact: true }).click();
    await expect
      .poll(() => page.locator("aside tbody th").allTextContents(), { timeout: 60_000 })
      .toEqual(["BM25", "Network"]);
    await settled(page);
    expect(await page.getByRole("region", { name: "Counted" }).count()).toBe(0);

    // Files: one that is none, questions of one's own, a ranker of another kind.
    const drop = (file: string) => page.locator('.maker input[type="file"]').setInputFiles(file);
    const broken = join(folder, "broken.csv");
    await writeFile(broken, "only,one\n");
    await drop(broken);
    await page.locator(".failed", { hasText: "broken.csv" }).waitFor();
    await settled(page);
    const own = join(folder, "mine.csv");
    const lines = Array.from({ length: 20 }, (_, i) => [
      `what colour has ship ${i} ?,ship ${i} is red,1`,
      `what colour has ship ${i} ?,ship ${i} left the harbour,0`,
    ]).flat();
    await writeFile(own, ["question,answer,label", ...lines].join("\n"));
    await drop(own);
    await page.locator(".under.more", { hasText: "16 questions of mine.csv" }).waitFor({ timeout: 60_000 });
    const regression = await pairs.train(pairs.townQuestions().train, { method: "regression" });
    const path = join(folder, "counting.safetensors");
    await regression.save(path);
    await drop(path);
    await page
      .locator(".under.more", { hasText: "Opened from counting.safetensors: a regression" })
      .waitFor();
    const [best] = await regression.rank("Who planned the mill of xyzzy ?", mine);
    await page.locator("h1", { hasText: `First stands “${best.text}”` }).waitFor();
    const { score } = await regression.look("Who planned the mill of xyzzy ?", best.text);
    await expect.poll(async () => (await numbersOf(page, "aside .number")).at(-1)).toBe(rounded(score));
    expect(await page.getByRole("application", { name: /^Map/ }).count()).toBe(0);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  const everyView = () => ({
    site,
    addresses: ["#/rank", "#/rank?s=Who%20planned%20quatsch%20%3F&from=all&c=30&of=s.3@2", "#/rank?from=own"],
    settle: (page: Page) =>
      page.locator("h1", { hasText: /^First stands|write some/ }).waitFor({ timeout: 60_000 }),
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
    const room = withImports(site.folder, ["Rank"]);
    expect(weightOf(site.folder, room, shellOf(site.folder))).toBeLessThan(40);
  });
});
