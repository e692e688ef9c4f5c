import { expect, test } from "vitest";
import { colouredWords, explainedPage, winnerLines } from "../../src/report/text/coloured.js";
import { textSheetSvg } from "../../src/report/text/sheet.js";

const text = { words: ["not", "<bad>", "at", "all"], relevance: [2, -1, 0.05, 0.4] };

test("without colour the strongest words carry their share of the largest", () => {
  expect(colouredWords(text, { colour: false })).toBe("not(+100) <bad>(−50) at all(+20)");
  expect(colouredWords({ words: ["a", "b"], relevance: [0, 0] }, { colour: false })).toBe("a b");
});

test("with colour they stand on red and blue, and weak ones on nothing", () => {
  const shown = colouredWords(text, { colour: true }).replaceAll("\u001b", "^");
  const escapes = [...shown.matchAll(/\^\[48;2;(\d+);(\d+);(\d+);[^m]*m([^^]*)\^\[0m/g)];
  expect(escapes.map(([, , , , word]) => word)).toEqual(["not", "<bad>", "all"]);
  const [[, r, , b], [, r2, , b2]] = escapes;
  expect(Number(r)).toBeGreaterThan(Number(b));
  expect(Number(b2)).toBeGreaterThan(Number(r2));
  expect(shown.replaceAll(/\^\[[^m]*m/g, "")).toBe(text.words.join(" "));
});

test("n-grams stand below each other with what they did", () => {
  const winners = [
    { ngram: ["not", "bad"], contribution: 12.345 },
    { ngram: ["at", "all"], contribution: -0.5 },
  ];
  expect(winnerLines({ ...text, method: "winners", target: "x", probability: 1, winners })).toEqual([
    "+12.35  not bad",
    " −0.50  at all",
  ]);
});

test("a page holds every word as it is, and its number", () => {
  const page = explainedPage("A & B", [
    {
      ...text,
      method: "occlusion",
      target: "pos",
      probability: 0.876,
      winners: [{ ngram: ["<bad>"], contribution: 1 }],
    },
  ]);
  expect(page).toContain("<title>A &amp; B</title>");
  expect(page).toMatch(/<span class="w" style="[^"]+" title="2.000">not<\/span>/);
  expect(page).toMatch(/title="−1.000">&lt;bad&gt;<\/span>/);
  expect(page).toContain("<b>pos</b> 87.6 % · occlusion");
  expect(page).toContain("<tr><td>+1.00</td><td>&lt;bad&gt;</td></tr>");
  expect(page).not.toContain("<bad>");
});

test("the sheet shows the surest mistakes, and characters that the fonts have", () => {
  const mistakes = Array.from({ length: 9 }, (_, i) => ({
    text: i === 0 ? "很好 film & more" : `text ${i}`,
    truth: "pos",
    read: "neg",
    confidence: 0.9 - i / 20,
  }));
  const svg = textSheetSvg({
    title: "Texts of x",
    subtitle: "",
    test: {
      accuracy: 0.5,
      count: 18,
      confusion: [
        [5, 4],
        [5, 4],
      ],
      mistakes,
    },
    classes: ["neg", "pos"],
    training: {
      stepsPerEpoch: 2,
      steps: [
        { step: 1, loss: 1 },
        { step: 2, loss: 0.5 },
      ],
      epochs: [],
    },
  });
  expect(svg).toContain("test accuracy, 18 texts");
  expect(svg).toContain("\ufffd film &amp; more");
  expect(svg).toContain("true pos → read neg (90 %)");
  expect(svg).toContain("the surest of 9");
  expect(svg).not.toContain("text 8");
});
