/** Examples of named fields without an objective: the error names those that fit, and the first of them is one that trains. */
import { describe, expect, test } from "vitest";
import { data, evaluate, findLearningRate, fit, losses, nn, objectives, optim } from "../../src/index.js";

const optimizer = optim.sgd({ lr: 0.01 });
const net = () => nn.sequential("net", nn.flatten(), nn.dense(3));
const floats = (n: number) => Float32Array.from({ length: n }, (_, i) => i / n);
const pixels = { values: new Uint8Array(4 * 64), shape: [8, 8, 1], pixels: true };
const kinds = { values: Int32Array.of(0, 1, 2, 0) };

const given: [what: string, fields: Parameters<typeof data.examples>[1], text: string][] = [
  [
    "pictures of kinds",
    { picture: pixels, kind: kinds },
    'fit: there is no objective, and some has named fields, picture (u8 8×8×1), kind (i32): expected one, such as objectives.classification(losses.crossEntropy(), { inputs: ["picture"], target: "kind" }); or objectives.reconstruction(losses.meanSquaredError(), { inputs: ["picture"] })',
  ],
  [
    "signals and what they measure",
    { signal: { values: floats(40), shape: [10] }, heat: { values: floats(4) } },
    'such as objectives.regression(losses.meanSquaredError(), { inputs: ["signal"], target: "heat" })',
  ],
  [
    "pictures and their pixels' classes",
    { picture: pixels, mask: { values: new Uint8Array(4 * 64), shape: [8, 8], holds: "mask" } },
    'such as objectives.segmentation(losses.crossEntropy(), { inputs: ["picture"], target: "mask" })',
  ],
  [
    "sentences",
    {
      words: {
        values: [Int32Array.of(1, 2), Int32Array.of(1), Int32Array.of(3), Int32Array.of(2)],
        mask: "there",
      },
    },
    'words (i32 L): expected one, such as objectives.nextTokens(losses.crossEntropy(), { tokens: "words" })',
  ],
  [
    "boxes",
    {
      picture: pixels,
      places: { values: [0, 1, 2, 3].map(() => floats(4)), shape: [null, 4], holds: "boxes" },
    },
    'such as objectives.anchoredBoxes({ anchors, classes, boxes: "places" })',
  ],
  [
    "two of a kind",
    { first: pixels, second: pixels },
    'such as objectives.pairRanking({ better: "first", worse: "second" })',
  ],
  [
    "what fits nothing that there is",
    { cube: { values: floats(4 * 16), shape: [2, 2, 2, 2] } },
    "cube (f32 2×2×2×2): expected one, such as one of yours",
  ],
];

describe("no objective", () => {
  test.each(given)("%s", async (_, fields, text) => {
    const examples = data.examples("some", fields);
    await expect(fit(net(), examples, { optimizer, epochs: 1 }).next()).rejects.toThrow(text);
  });

  test("what is named trains", async () => {
    const examples = data.examples("some", { picture: pixels, kind: kinds });
    const objective = objectives.classification(losses.crossEntropy(), {
      inputs: ["picture"],
      target: "kind",
    });
    const { value } = await fit(net(), examples, { optimizer, objective, epochs: 1 }).next();
    expect(value).toMatchObject({ kind: "step", scores: { accuracy: expect.any(Number) } });
  });

  test("evaluate and findLearningRate say the same, streams too", async () => {
    const examples = data.examples("some", { picture: pixels, kind: kinds });
    const text = (speaker: string) =>
      `${speaker}: there is no objective, and some has named fields, picture (u8 8×8×1), kind (i32)`;
    await expect(evaluate(net(), examples as never)).rejects.toThrow(text("evaluate"));
    await expect(findLearningRate(net(), examples, { optimizer })).rejects.toThrow(text("findLearningRate"));
    const stream = data.stream("some", {
      length: 4,
      fields: { kind: { shape: [], dtype: "i32" }, signal: { shape: [3], dtype: "f32" } },
      from: async function* () {},
    });
    await expect(fit(net(), stream, { optimizer, epochs: 1 }).next()).rejects.toThrow(
      'fit: there is no objective, and some has named fields, kind (i32), signal (f32 3): expected one, such as objectives.classification(losses.crossEntropy(), { inputs: ["signal"], target: "kind" })',
    );
  });
});
