/** Questions with candidates, out of files. */
import { describe, expect, test } from "vitest";
import { openQuestions } from "../../../src/tasks/pairs/data.js";
import { judgmentsOf, kindsOf, type Questions, questionsOf } from "../../../src/tasks/pairs/questions.js";
import { rankingScores } from "../../../src/tasks/pairs/ranking.js";

const open = (name: string, content: string | Uint8Array<ArrayBuffer>, options = {}) =>
  openQuestions(new File([content], name), options);
const told = ({ questions }: Questions) =>
  questions.map(({ id, text, candidates }) => [
    id,
    text,
    ...candidates.map((c) => `${c.relevant ? "+" : "-"} ${c.text}`).sort(),
  ]);
const refusal = (act: () => unknown): Promise<string> =>
  Promise.resolve()
    .then(act)
    .then(
      () => "nothing was refused",
      (error: Error) => error.message,
    );

const xml = `<QApairs id='1.4'>
<question>
What\tis\tR\t&\tD\t?
WP\tVBZ\tNN\tCC\tNN\t.
</question>
<positive>
R\t&\tD\tis\tresearch\t-LRB-\t<\tall\t>\t-RRB-\t.
NN\tCC
</positive>
<negative>
\`\`\tNo\t''\t,\tsaid\tone\t.
UH
</negative>
</QApairs>
<QApairs id='2'>
<question>
Who\t?
</question>
</QApairs>
`;

describe("what is read", () => {
  test("TREC QA's pseudo-XML", async () => {
    const read = await open("test.xml", xml);
    expect(told(read)).toEqual([
      ["1.4", "What is R & D ?", "+ R & D is research ( < all > ) .", '- " No " , said one .'],
    ]);
    expect(read.skipped).toEqual([{ place: "test.xml, line 16", why: "a question without candidates" }]);
    expect(String(read)).toBe("test.xml: 1 questions");
  });

  test("WikiQA's table", async () => {
    const read = await open(
      "WikiQA-dev.tsv",
      [
        "QuestionID\tQuestion\tDocumentID\tDocumentTitle\tSentenceID\tSentence\tLabel",
        'Q0\twho said "so"\tD0\tSo\tD0-0\tNobody "said" so .\t0',
        'Q0\twho said "so"\tD0\tSo\tD0-1\tShe did .\t1',
        "Q8\thow\tD8\tHow\tD8-0\tThus .\t1",
      ].join("\r\n"),
    );
    expect(told(read)).toEqual([
      ["Q0", 'who said "so"', "+ She did .", '- Nobody "said" so .'],
      ["Q8", "how", "+ Thus ."],
    ]);
  });

  test("tables, with other names of columns, and without", async () => {
    const expected = [
      ["q1", "who?", "+ me", "- you, all"],
      ["q2", "when?", "- now"],
    ];
    for (const [name, content, options] of [
      ["a.csv", 'question,answer,label\nwho?,me,1\nwho?,"you, all",0\nwhen?,now,0\n', {}],
      ["a.csv", "label;answer;question\nyes;me;who?\nno;you, all;who?\nno;now;when?\n", {}],
      ["a.txt", "who?\tme\t1\nwhen?\tnow\t0\nwho?\tyou, all\t0\n", {}],
      [
        "a.jsonl",
        '{"question":"who?","answer":"me","label":1}\n\n{"query":"who?","passage":"you, all","relevant":false}\n{"question":"when?","answer":"now","label":"0"}',
        {},
      ],
      [
        "a.tsv",
        "x\ty\tz\n1\twho?\tme\n0\twho?\tyou, all\n0\twhen?\tnow",
        { questionColumn: "y", answerColumn: "z", labelColumn: "x" },
      ],
    ] as const)
      expect(told(await open(name, content, options))).toEqual(expected);
  });

  test("what is left out is listed", async () => {
    const read = await open("a.csv", "question,answer,label\nwho?,,1\nwho?,me,1\n ,x,0\nwhere?,,0");
    expect(told(read)).toEqual([["q1", "who?", "+ me"]]);
    expect(read.skipped).toEqual([
      { place: "a.csv, row 2", why: "an empty candidate" },
      { place: "a.csv, row 4", why: "no question" },
      { place: "a.csv, row 5", why: "an empty candidate" },
      { place: "a.csv, row 5", why: "a question without candidates" },
    ]);
  });
});

test("neither names nor order say which candidates answer", async () => {
  const pairs = Array.from({ length: 40 }, (_, q) =>
    Array.from({ length: 10 }, (_, i) => ({
      question: `question ${q}`,
      answer: `candidate ${q} of ${i}`,
      relevant: i < 3,
    })),
  ).flat();
  const forward = questionsOf("made", pairs);
  const backward = questionsOf("made", [...pairs].reverse());
  const byId = (a: { text: string }, b: { text: string }) => (a.text < b.text ? -1 : 1);
  const candidates = ({ questions }: Questions) => [...questions].sort(byId).map((q) => q.candidates);
  expect(candidates(forward)).toEqual(candidates(backward));
  // A scorer that says the same of all is as bad as chance by the names, and worst with ties against it.
  const constant = new Map(
    forward.questions.map((q) => [q.id, q.candidates.map((c) => ({ document: c.name, score: 0 }))]),
  );
  const { map } = rankingScores(constant, judgmentsOf(forward));
  expect(map).toBeGreaterThan(0.3);
  expect(map).toBeLessThan(0.55);
  const worst = rankingScores(constant, judgmentsOf(forward), { ties: "against" });
  expect(worst.map).toBeCloseTo((1 / 8 + 2 / 9 + 3 / 10) / 3, 12);
});

test("the same candidate twice has two names", () => {
  const { questions } = questionsOf("twice", [
    { question: "q", answer: "same", relevant: true },
    { question: "q", answer: "same", relevant: false },
  ]);
  expect(new Set(questions[0].candidates.map((c) => c.name)).size).toBe(2);
});

test("ids that a question has twice, or with spaces, become names that trec_eval reads", () => {
  const { questions } = questionsOf("ids", [
    { question: "a", id: "x y", answer: "1" },
    { question: "b", id: "x_y", answer: "2" },
  ]);
  expect(questions.map((q) => q.id)).toEqual(["x_y", "x_y-2"]);
});

const invalid = Uint8Array.from([...Buffer.from("question,answer,label\nwho,"), 0xff, 0x2c, 0x31]);
test.each([
  [
    "a.csv",
    "question,answer,label\nwho,me,maybe",
    'a.csv, row 2: the label is "maybe", expected 1 or 0, true or false, yes or no',
  ],
  ["a.csv", "question,answer,label\nwho", "a.csv, row 2 has 1 columns, expected 3"],
  ["a.csv", "question,answer,label\n", "a.csv: has no questions with candidates"],
  [
    "a.csv",
    "question,reply,label\nwho,me,1",
    "a.csv: which column holds the candidates cannot be told; there are question, reply, label: name it",
  ],
  [
    "a.csv",
    invalid,
    'a.csv: line 2 is no valid UTF-8 (byte 0xff); with another encoding, such as "windows-1252", it may be readable',
  ],
  [
    "a.jsonl",
    "{",
    'a.jsonl, line 1 is "{", expected a JSON object such as {"question":"…","answer":"…","label":1}',
  ],
  [
    "a.jsonl",
    '{"question":"q","label":1}',
    "a.jsonl, line 1: which field holds the candidate cannot be told; there are question, label: name it",
  ],
  [
    "a.txt",
    "only words",
    'a.txt: is no table (line 1: "only words"), expected tabs between question, answer and label; there are .csv, .tsv, .jsonl, and TREC QA\'s .xml',
  ],
  ["a.json", "[]", "a.json: .json is not read; there are .csv, .tsv, .jsonl, and TREC QA's .xml"],
  ["a.csv", " \n", "a.csv: is empty"],
  ["a.xml", "<html>", "a.xml: has no <QApairs id='…'> (it begins with \"<html>\")"],
  [
    "a.xml",
    "<QApairs id='1'>\n<question>\nWho\n</question>\n</QApairs>",
    "a.xml: has no questions with candidates (1 left out: a.xml, line 2, a question without candidates)",
  ],
  [
    "a.xml",
    "<QApairs id='1'>\n<positive>\nx\n</positive>\n</QApairs>",
    "a.xml, line 2: question 1 has a <positive> before its <question>",
  ],
  [
    "a.xml",
    "<QApairs id='1'>\n<question>\nWho\n</question>",
    "a.xml: ends within question 1 (no </QApairs>)",
  ],
  ["a.xml", "<positive>\nx", "a.xml, line 1: <positive> stands in no <QApairs id='…'>"],
])("%s %j is refused in one line", async (name, content, message) => {
  expect(await refusal(() => open(name, content as string))).toBe(message);
});

test.skipIf(!process.env.RECEPTIVE_DATA)("TREC QA as it is counted in its papers", async () => {
  const folder = `${process.env.RECEPTIVE_DATA}/trec-qa`;
  const counted = async (part: string) => {
    const read = await openQuestions(`${folder}/${part}.xml`);
    return [
      read.questions.length + read.skipped.length,
      read.skipped.length,
      ...Object.values(kindsOf(read.questions)),
    ];
  };
  // Questions, of them without candidates; pairs, answers, questions with an answer, and those with both kinds.
  expect(await counted("train")).toEqual([94, 1, 4718, 348, 83, 78]);
  expect(await counted("dev")).toEqual([82, 1, 1148, 222, 78, 65]);
  expect(await counted("test")).toEqual([100, 5, 1517, 284, 89, 68]);
});
