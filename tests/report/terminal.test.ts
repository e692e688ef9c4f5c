import { describe, expect, test } from "vitest";
import { summaryTable } from "../../src/nn/summary-table.js";
import { allowsColour, styled } from "../../src/report/colour.js";
import { aligned, cells, shortened } from "../../src/report/columns.js";
import { confusionText } from "../../src/report/confusion.js";

const digits = [..."0123456789"];
const fashion = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];
const diagonal = (n: number, right: number, wrong: number) =>
  Array.from({ length: n }, (_, t) =>
    Array.from({ length: n }, (_, p) => (p === t ? right : p === (t + 1) % n ? wrong : 0)),
  );

describe("columns", () => {
  test("East Asian letters and emoji take two cells, accents none", () => {
    expect([cells("abc"), cells("手写"), cells("e\u0301"), cells("🐈")]).toEqual([3, 4, 1, 2]);
  });
  test("long texts end with an ellipsis", () => {
    expect(shortened("Ankle boot", 7)).toBe("Ankle…");
    expect(shortened("手写数字", 5)).toBe("手写…");
    expect(shortened("short", 5)).toBe("short");
    expect(shortened("short", 0)).toBe("");
  });
  test("aligned left and right", () => {
    expect([aligned("写", 4, "left"), aligned("7", 3, "right")]).toEqual(["写  ", "  7"]);
  });
});

test("summary: a table with totals", () => {
  const layers = [
    { name: "conv1", type: "conv2d", output: [28, 28, 6], params: 156, macs: 117_600, receptiveField: 5 },
    { name: "relu1", type: "relu", output: [28, 28, 6], params: 0, macs: 0, receptiveField: 5 },
    { name: "dense1", type: "dense", output: [120], params: 48_120, macs: 48_000, receptiveField: null },
  ];
  const summary = { model: "lenet5", input: [28, 28, 1], params: 48_276, macs: 165_600, layers };
  expect(`\n${summaryTable(summary)}\n`).toBe(`
lenet5, input 28×28×1

layer   type    output   parameters  multiply-adds  receptive field
───────────────────────────────────────────────────────────────────
conv1   conv2d  28×28×6         156        117,600              5×5
relu1   relu    28×28×6                                         5×5
dense1  dense   120          48,120         48,000              all
───────────────────────────────────────────────────────────────────
total                        48,276        165,600
`);
});

describe("confusion matrix", () => {
  test("ten digits in 80 columns", () => {
    const lines = confusionText(diagonal(10, 1130, 5), digits).split("\n");
    expect(lines[0]).toBe("     predicted");
    expect(lines[1]).toBe("true     0     1     2     3     4     5     6     7     8     9  accuracy");
    expect(lines[2]).toBe("0    1,130     5     ·     ·     ·     ·     ·     ·     ·     ·    99.6 %");
    for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(80);
  });

  test("long names stand in the rows; the columns carry their numbers", () => {
    const lines = confusionText(diagonal(10, 890, 110), fashion).split("\n");
    expect(lines[1]).toBe("true            0   1   2   3   4   5   6   7   8   9  accuracy");
    expect(lines[2]).toBe("0 T-shirt/top 890 110   ·   ·   ·   ·   ·   ·   ·   ·    89.0 %");
    expect(lines[11]).toBe("9 Ankle boot  110   ·   ·   ·   ·   ·   ·   ·   · 890    89.0 %");
  });

  test("a narrow terminal cuts names, then lists the worst classes", () => {
    const narrow = confusionText(diagonal(10, 890, 110), fashion, { width: 60 }).split("\n");
    expect(narrow[2]).toBe("0 T-shirt… 890 110   ·   ·   ·   ·   ·   ·   ·   ·    89.0 %");
    expect(confusionText(diagonal(10, 890, 110), fashion, { width: 50 }).split("\n")[0]).toBe(
      "The 10 of 10 classes that are misread most often",
    );
  });

  test("a hundred classes: the ten worst", () => {
    const confusion = diagonal(100, 90, 10);
    confusion[42] = confusion[42].map((_, p) => (p === 7 ? 60 : p === 42 ? 40 : 0));
    const names = confusion.map((_, i) => `a class with a very long name ${i}`);
    const lines = confusionText(confusion, names).split("\n");
    expect(lines[0]).toBe("The 10 of 100 classes that are misread most often");
    expect(lines[4]).toBe("a class with a very lo…    40.0 %  a class with a very lo…     60");
    for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(80);
  });

  test("colour emphasises the diagonal and changes no width", () => {
    const confusion = diagonal(10, 1130, 5);
    const coloured = confusionText(confusion, digits, { colour: true });
    expect(coloured).toContain(styled(" 1,130", "bold", "green"));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is removed
    expect(coloured.replace(/\u001b\[[\d;]*m/g, "")).toBe(confusionText(confusion, digits));
  });

  test("a class without pictures has no accuracy", () => {
    expect(
      confusionText(
        [
          [0, 0],
          [1, 3],
        ],
        ["a", "b"],
      ).split("\n")[2],
    ).toMatch(/n\/a$/);
  });
});

test("colour: on a terminal, unless NO_COLOR is set", () => {
  const allows = (isTTY: boolean, environment: Record<string, string>) =>
    allowsColour({ stream: { isTTY }, environment });
  expect(allows(true, {})).toBe(true);
  expect(allows(true, { NO_COLOR: "1" })).toBe(false);
  expect(allows(true, { NO_COLOR: "" })).toBe(true);
  expect(allows(true, { TERM: "dumb" })).toBe(false);
  expect(allows(false, {})).toBe(false);
  expect(allows(false, { FORCE_COLOR: "1" })).toBe(true);
});
