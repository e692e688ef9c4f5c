import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/data/dataset.js";
import { readWordVectors } from "../../../src/tasks/words/vectors.js";

const words = ["the", "naïve", "good", "</s>", "bad"];
const numbers = (i: number, size = 3) => Array.from({ length: size }, (_, k) => i + k / 4);

/** As word2vec writes it. */
function binary({ lineEnds = true, size = 3, count = words.length } = {}): Buffer {
  const parts = [Buffer.from(`${count} ${size}\n`)];
  words.forEach((word, i) => {
    parts.push(Buffer.from(`${word} `), Buffer.from(Float32Array.from(numbers(i, size)).buffer));
    if (lineEnds) parts.push(Buffer.from("\n"));
  });
  return Buffer.concat(parts);
}
const text = (head = "") =>
  `${head}${words.map((word, i) => `${word} ${numbers(i).join(" ")}`).join("\n")}\n`;

const wanted = new Set(["good", "naïve", "unheard"]);
const read = async (bytes: Buffer | string, of: ReadonlySet<string> = wanted) => {
  const { vectors, ...rest } = await readWordVectors(new File([bytes as string], "v.bin"), of);
  return { ...rest, vectors: Object.fromEntries([...vectors].map(([word, v]) => [word, [...v]])) };
};
const expected = {
  name: "v.bin",
  size: 3,
  words: 5,
  vectors: { naïve: [1, 1.25, 1.5], good: [2, 2.25, 2.5] },
};

test.each([
  ["word2vec, binary", binary()],
  ["word2vec, binary without line ends", binary({ lineEnds: false })],
  ["word2vec and fastText, text", text("5 3\n")],
  [
    "word2vec's text, which ends its lines with spaces",
    text("5 3\n").replaceAll("\n", " \n").replace("5 3 ", "5 3"),
  ],
  ["GloVe", text()],
  ["without a line end at the end", text().trimEnd()],
  ["packed", gzipSync(binary())],
  ["text, packed", gzipSync(text("5 3\n"))],
])("%s", async (_, bytes) => {
  expect(await read(bytes)).toEqual(expected);
});

test("words of GloVe may have spaces, and be numbers", async () => {
  const { vectors } = await read(
    "a 1 2\n. . . 3 4\n12 5 6\nat name@domain 7 8\n",
    new Set([". . .", "12", "at name@domain"]),
  );
  expect(vectors).toEqual({ ". . .": [3, 4], "12": [5, 6], "at name@domain": [7, 8] });
});

test("of a word that stands there twice the first vector counts", async () => {
  expect((await read("a 1 2\na 3 4\n", new Set(["a"]))).vectors).toEqual({ a: [1, 2] });
});

test("a binary vector whose bytes look like line ends and spaces is read as it is", async () => {
  const odd = Buffer.concat([
    Buffer.from("2 2\na "),
    Buffer.from("\n\n  \n \n "),
    Buffer.from("b "),
    Buffer.alloc(8, 0x40),
  ]);
  const { vectors } = await read(odd, new Set(["a", "b"]));
  expect(vectors.b[0]).toBeCloseTo(3.0039, 3);
  expect(vectors.a).toHaveLength(2);
});

test("files that are larger than what is read at once, and told as they are read", async () => {
  const many = 30_000;
  const size = 50;
  const lines = Array.from({ length: many }, (_, i) => `w${i} ${numbers(i, size).join(" ")}`);
  const heard: number[] = [];
  const found = await readWordVectors(
    new Blob([`${many} ${size}\n${lines.join("\n")}\n`]),
    new Set(["w0", "w17123", `w${many - 1}`]),
    {
      onProgress: ({ done, count }) => heard.push(done / count),
    },
  );
  expect(found.words).toBe(many);
  expect([...found.vectors.get("w17123")!]).toEqual(numbers(17_123, size).map(Math.fround));
  expect([...found.vectors.keys()]).toEqual(["w0", "w17123", `w${many - 1}`]);
  expect(heard.length).toBeGreaterThan(1);
  expect(heard.at(-1)).toBe(1);
});

describe("refused in one line", () => {
  const cut = "the file was not copied or downloaded to its end";
  const model = Buffer.alloc(64);
  model.writeInt32LE(793_712_314, 0);
  test.each([
    ["cut, binary", binary().subarray(0, 50), `v.bin: ends in word 3 of 5; ${cut}`],
    ["cut in a word", binary().subarray(0, 22), `v.bin: ends in word 2 of 5; ${cut}`],
    ["cut, text", text("7 3\n"), `v.bin: says that it has 7 words, and has 5; ${cut}`],
    ["another length than was said", text("5 4\n"), "v.bin, line 2 has 3 numbers, expected 4"],
    ["a shorter line", "a 1 2 3\nb 1 2\n", "v.bin, line 2 has 2 numbers, expected 3"],
    ["no numbers", "good 1 2 x\n", 'v.bin, line 1: number 3 of the vector of "good" is no number'],
    ["not finite", "1 2\ngood NaN 1\n", 'v.bin, line 2: number 1 of the vector of "good" is no number'],
    ["no vectors", "good\nbad\n", "v.bin, line 1 has 0 numbers, expected a word and its vector"],
    [
      "a model of fastText",
      model,
      "v.bin: is a model of fastText; its vectors lie in the file .vec beside it",
    ],
    ["too large", "5 100000\nx ", "v.bin: says that a vector has 100000 numbers, expected 1 to 65536"],
    [
      "damaged gzip",
      gzipSync(text()).subarray(0, 40),
      "v.bin: what gzip has packed is damaged, or ends too soon",
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(new DataError(message));
  });
});
