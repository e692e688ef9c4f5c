import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labelledTexts, openTexts } from "../../../src/tasks/text/data.js";
import { tokeniser } from "../../../src/tasks/words/tokens.js";
import { vocabulary, vocabularyOf } from "../../../src/tasks/words/vocabulary.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-texts-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
};
const read = async (path: string, options?: Parameters<typeof openTexts>[1]) => {
  const { texts, classes, skipped } = await openTexts(path, options);
  return { pairs: texts.map(({ label, text }) => `${label}|${text}`), classes, skipped };
};
const refusal = (act: () => Promise<unknown>): Promise<string> =>
  act().then(
    () => "nothing was refused",
    (error: Error) => error.message,
  );

describe("words", () => {
  test.each([
    ["Isn't it he's they've (fine)?", "is n't it he 's they 've ( fine ) ?"],
    ["we'll, you'd; they're -- O'Neill's!", "we 'll , you 'd they 're o'neill 's !"],
    ["co-star @ 3.5 `quoted'", "co star 3 5 `quoted'"],
    ["naïve café", "na ve caf"],
    ["  ", ""],
  ])("kim: %j", (given, expected) => {
    expect(tokeniser("kim")(given).join(" ")).toBe(expected);
  });

  test("kim-cased leaves capitals", () => {
    expect(tokeniser("kim-cased")("Isn't IT")).toEqual(["Is", "n't", "IT"]);
  });

  test.each([
    ["Ça n’est pas “l'été”, 3.5 €!", ["ça", "n’est", "pas", "“", "l'été", "”", ",", "3.5", "€", "!"]],
    ["été", ["été"]], // composed
    ["straße ПРИВЕТ", ["straße", "привет"]],
    ["👩‍👩‍👧 ok", ["👩‍👩‍👧", "ok"]],
  ])("unicode: %j", (given, expected) => {
    expect(tokeniser("unicode")(given)).toEqual(expected);
  });

  test("unicode: a text of 100,000 words, and one without spaces, are cut in a moment", {
    timeout: 30_000,
  }, () => {
    const before = process.cpuUsage();
    expect(tokeniser("unicode")("good, ".repeat(100_000)).length).toBe(200_000);
    const book = "我喜欢卷积网络。".repeat(5000);
    expect(tokeniser("unicode")(book).join("")).toBe(book);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10); // by the square of it: minutes
    // Words are the same, wherever the text was cut.
    const odd = "a\u0301 \u0301b 3.\ufeff1 don't 👩‍👩‍👧 \u200dx \u05d0\"\u05d0 我喜欢 1,000_a";
    const whole = new Intl.Segmenter("und", { granularity: "word" }).segment(odd.normalize("NFC"));
    const expected = Array.from(whole, ({ segment }) => segment)
      .join(" ")
      .split(/\s+/u);
    expect(tokeniser("unicode-cased")(odd)).toEqual(expected);
  });

  test("unicode-cased leaves capitals", () => {
    expect(tokeniser("unicode-cased")("Ça N’est pas")).toEqual(["Ça", "N’est", "pas"]);
  });

  test("spaces leave everything as it is", () => {
    expect(tokeniser("spaces")("A  b\tC, 'd'\n")).toEqual(["A", "b", "C,", "'d'"]);
  });

  test("an unknown one is refused", () => {
    expect(() => tokeniser("unicod" as "kim")).toThrow(
      'tokeniser: there is no "unicod"; there are kim, kim-cased, unicode, unicode-cased, spaces; did you mean "unicode"?',
    );
  });
});

describe("vocabulary", () => {
  const texts = [
    ["b", "a", "b"],
    ["c", "a", "b"],
  ];
  test("has the most frequent words first, and numbers them from 2 on", () => {
    const known = vocabularyOf(texts);
    expect(known.words).toEqual(["b", "a", "c"]);
    expect(["b", "a", "c", "d", ""].map(known.numberOf)).toEqual([2, 3, 4, 1, 1]);
    expect([0, 1, 2, 4].map(known.wordOf)).toEqual(["", "?", "b", "c"]);
    expect(known.size).toBe(5);
    // Names that every object has are words like others.
    expect(vocabularyOf([["constructor", "__proto__"]]).numberOf("toString")).toBe(1);
  });

  test("may leave rare words out", () => {
    expect(vocabularyOf(texts, { leastCount: 2 }).words).toEqual(["b", "a"]);
    expect(vocabularyOf(texts, { mostWords: 1 }).words).toEqual(["b"]);
    expect(() => vocabularyOf(texts, { leastCount: 4 })).toThrow(
      "vocabulary: no word stands in the texts 4 times, the most frequent 3",
    );
    expect(() => vocabularyOf([[]])).toThrow("vocabulary: the texts have no words");
    expect(() => vocabulary(["a", "b", "a"])).toThrow('vocabulary: the word "a" is there twice');
  });
});

describe("files", () => {
  test("CSV with names of columns, quotes, and line ends in them", async () => {
    const path = await file(
      "a.csv",
      '\ufeffid,Label,Text\r\n1,pos,"good, ""very"" good\nfilm"\r\n2,neg,bad\r\n3,,no label\r\n4,pos,  \r\n',
    );
    expect(await read(path)).toEqual({
      pairs: ['pos|good, "very" good\nfilm', "neg|bad"],
      classes: ["neg", "pos"],
      skipped: [
        { place: "a.csv, row 4", why: "no label" },
        { place: "a.csv, row 5", why: "no text" },
      ],
    });
  });

  test("CSV without names, with semicolons", async () => {
    const path = await file("b.csv", "good film;1\nbad film;0\nfine, really;1\n");
    expect((await read(path)).pairs).toEqual(["1|good film", "0|bad film", "1|fine, really"]);
  });

  test("CSV of a spreadsheet that says its separator in the first line", async () => {
    const path = await file("sep.csv", "sep=;\r\ntext;label\r\ngood film, really;1\r\nbad film;0\r\n");
    expect((await read(path)).pairs).toEqual(["1|good film, really", "0|bad film"]);
  });

  test("texts of one's own that are none are named", () => {
    for (const [given, says] of [
      [null, "labelledTexts: the texts are null, expected a list"],
      [
        [{ text: "a", label: 1 }],
        "labelledTexts: number 1 of the texts is { text, label }, expected { text, label }, both texts",
      ],
      [
        [{ text: "a", label: "b" }, null],
        "labelledTexts: number 2 of the texts is null, expected { text, label }, both texts",
      ],
    ] as const)
      expect(() => labelledTexts("x", given as never)).toThrow(says);
  });

  test("CSV whose columns have names of their own", async () => {
    const path = await file("c.csv", "what,kind,when\nhello,greeting,1\nbye,farewell,2\n");
    expect(await refusal(() => openTexts(path))).toBe(
      "c.csv: which column holds the texts cannot be told; there are what, kind, when: name it",
    );
    expect((await read(path, { textColumn: "what", labelColumn: "kind" })).pairs).toEqual([
      "greeting|hello",
      "farewell|bye",
    ]);
    expect(await refusal(() => openTexts(path, { textColumn: "wat", labelColumn: "kind" }))).toBe(
      'c.csv: there is no column "wat", there are what, kind, when; did you mean "what"?',
    );
  });

  test("TSV, in which quotes are letters", async () => {
    const path = await file("d.tsv", 'sentence\tlabel\n"so it begins\t1\nan "end"\t0\n');
    expect((await read(path)).pairs).toEqual(['1|"so it begins', '0|an "end"']);
  });

  test("JSON Lines", async () => {
    const path = await file("e.jsonl", '{"text":"a b","label":3}\n\n{"text":"c","label":"x"}\n');
    expect(await read(path)).toMatchObject({ pairs: ["3|a b", "x|c"], classes: ["3", "x"] });
  });

  test.each([
    [
      "trec.label",
      "DESC:manner How did it go ?\nHUM:ind Who: me ?\n",
      ["DESC|How did it go ?", "HUM|Who: me ?"],
    ],
    ["cr.all", "1 nice camera\n0 it broke\n", ["1|nice camera", "0|it broke"]],
    ["ft.train", "__label__x one two\n__label__y three\n", ["x|one two", "y|three"]],
    ["lines.txt", "pos\tone two\nneg\tthree\npos\tfour\n", ["pos|one two", "neg|three", "pos|four"]],
  ])("%s", async (name, content, pairs) => {
    expect((await read(await file(name, content))).pairs).toEqual(pairs);
  });

  test("labels of TREC may be taken whole", async () => {
    const path = await file("fine.label", "DESC:manner How ?\nHUM:ind Who ?\n");
    expect((await read(path, { fine: true })).classes).toEqual(["DESC:manner", "HUM:ind"]);
  });

  test("a folder with a folder for each class", async () => {
    await file("mail/spam/1.txt", "buy\nnow");
    await file("mail/ham/1.txt", "see you");
    await file("mail/ham/.DS_Store", "\0");
    expect((await read(join(folder, "mail"))).pairs).toEqual(["ham|see you", "spam|buy now"]);
  });

  test("a folder with a file of lines for each class, told apart by ending or by name", async () => {
    await file("rt/rt.pos", "fine\ngreat\n");
    await file("rt/rt.neg", "dull\n\n");
    expect(await read(join(folder, "rt"))).toMatchObject({
      pairs: ["neg|dull", "pos|fine", "pos|great"],
      skipped: [{ place: "rt.neg, line 2", why: "no text" }],
    });
    await file("byname/good.txt", "fine\n");
    await file("byname/bad.txt", "dull\n");
    expect((await read(join(folder, "byname"))).classes).toEqual(["bad", "good"]);
  });

  test("numbers stand in the order of their size", () => {
    const given = ["10", "9", "b", "a", "1"].map((label) => ({ label, text: "x" }));
    expect(labelledTexts("n", given).classes).toEqual(["1", "9", "10", "a", "b"]);
  });

  test("UTF-16 with its mark, and an encoding that is named", async () => {
    const utf16 = Buffer.from("\ufeffx\tété\ny\tçà\n", "utf16le");
    expect((await read(await file("w.tsv", utf16))).pairs).toEqual(["x|été", "y|çà"]);
    const latin = Buffer.from("x\tcaf\u00e9\ny\tno\n", "latin1");
    const path = await file("l.tsv", latin);
    expect(await refusal(() => openTexts(path))).toBe(
      `${path}: line 1 is no valid UTF-8 (byte 0xe9); with another encoding, such as "windows-1252", it may be readable`,
    );
    // In the middle of a line, and in a later one.
    const late = await file("late.tsv", Buffer.from("x\té\ny\tcaf\u00e9 noir\n", "utf8").fill(0xe9, 10, 12));
    expect(await refusal(() => openTexts(late))).toContain("late.tsv: line 2 is no valid UTF-8 (byte 0xe9)");
    expect((await read(path, { encoding: "windows-1252" })).pairs[0]).toBe("x|café");
    expect(await refusal(() => openTexts(path, { encoding: "klingon" }))).toBe(
      `${path}: there is no encoding "klingon"; there are utf-8, windows-1252, utf-16le and others`,
    );
  });

  test.each([
    [
      "plain.txt",
      "just a line\nand another\n",
      'plain.txt: the lines have no labels that could be told (line 1: "just a line"); expected __label__NAME text, LABEL:detail text, 1 text, or a tab between label and text',
    ],
    [
      "odd.label",
      `${"A:b text\n".repeat(60)}no label here\n`,
      'odd.label: line 61 is "no label here", expected LABEL:detail text as the lines before it',
    ],
    [
      "open.csv",
      'label,text\na,"never closed\nb,c\n',
      "open.csv: row 2 has a quotation mark that nothing closes; inside quotes it is written twice",
    ],
    ["short.csv", "label,text\na,b\nc\n", "short.csv, row 3 has 1 columns, expected 2"],
    [
      "bad.jsonl",
      '{"text":"a","label":"b"}\nnonsense\n',
      'bad.jsonl, line 2 is "nonsense", expected a JSON object such as {"text":"…","label":"…"}',
    ],
    ["deep.jsonl", '{"text":{"a":1},"label":"b"}\n', 'deep.jsonl, line 1: text is {"a":1}, expected a text'],
    ["empty.csv", "", "empty.csv: has no texts with labels"],
    ["none.csv", "label,text\n", "none.csv: has no texts with labels"],
    [
      "blank.csv",
      "label,text\na, \n",
      "blank.csv: has no texts with labels (1 left out: blank.csv, row 2, no text)",
    ],
    [
      "book.xlsx",
      "PK",
      "book.xlsx: .xlsx is not read; there are .csv, .tsv, .jsonl, lines with labels, and folders",
    ],
  ])("%s is refused in one line", async (name, content, message) => {
    const path = await file(name, content);
    expect(await refusal(() => openTexts(path))).toBe(message);
  });

  test("what is not there is refused", async () => {
    const path = join(folder, "nowhere.csv");
    expect(await refusal(() => openTexts(path))).toBe(`${path}: there is no such file of texts`);
  });
});

const data = process.env.RECEPTIVE_DATA;
test.skipIf(!data)("MR and TREC are read as their papers count them", async () => {
  const mr = await openTexts(`${data}/rt-polarity`);
  expect([mr.texts.length, mr.classes]).toEqual([10_662, ["neg", "pos"]]);
  const words = mr.texts.map(({ text }) => tokeniser("kim")(text));
  expect(vocabularyOf(words).words.length).toBe(18_764); // as of Kim's program; his paper has 18,765
  expect(Math.max(...words.map(({ length }) => length))).toBe(56);
  const [train, trecTest] = [
    await openTexts(`${data}/trec-question/train_5500.label`),
    await openTexts(`${data}/trec-question/TREC_10.label`),
  ];
  expect([train.texts.length, trecTest.texts.length]).toEqual([5452, 500]);
  expect(train.classes).toEqual(["ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"]);
});
