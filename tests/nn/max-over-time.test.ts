import { describe, expect, test } from "vitest";
import { grad, mul, nn, random, sum, type Tensor, tensor } from "../../src/index.js";

const numbers = (row: readonly number[]) => tensor(Int32Array.from(row), [1, row.length]);
const network = (layer: nn.Merging) =>
  nn.graph("time", {
    inputs: ["x", "words"],
    nodes: { most: { layer, from: ["x", "words"] } },
    outputs: "most",
  });
const of = (layer: nn.Merging, x: Tensor, words: Tensor): Tensor => network(layer)({ x, words });

describe("the greatest value over the windows that hold a word", () => {
  // Windows of two words that begin one place before the sentence: four of them for three words.
  const x = tensor(Float32Array.of(1, 10, 3, 20, 2, 30, 9, 40), [1, 4, 2]);
  const layer = nn.maxOverTime({ window: 2, before: 1 });
  test.each([
    [
      [5, 6, 7],
      [9, 40],
    ],
    [
      [5, 6, 0],
      [3, 30],
    ], // the last window sees filling alone
    [
      [5, 0, 0],
      [3, 20],
    ],
    [
      [0, 0, 5],
      [9, 40],
    ], // the first window sees filling alone
    [
      [0, 0, 0],
      [-Infinity, -Infinity],
    ],
  ])("words %j", async (words, expected) => {
    expect([...(await of(layer, x, numbers(words)).data())]).toEqual(expected);
  });

  test("another number may be the filling", async () => {
    const other = nn.maxOverTime({ window: 2, before: 1, pad: 9 });
    expect([...(await of(other, x, numbers([0, 9, 9])).data())]).toEqual([3, 20]);
  });

  test("of x alone all windows count", async () => {
    const alone = nn.graph("time", { inputs: "x", nodes: { most: { layer, from: ["x"] } }, outputs: "most" });
    expect([...(await alone(x).data())]).toEqual([9, 40]);
  });

  test("the gradient goes to the winner, and to no window of filling", async () => {
    const weight = tensor(Float32Array.of(1, 2), [1, 2]);
    const slopes = grad((t: Tensor) => sum(mul(of(layer, t, numbers([5, 6, 0])), weight)))(x);
    expect([...(await slopes.data())]).toEqual([0, 0, 1, 0, 0, 2, 0, 0]);
  });

  test.each([
    [
      "other words",
      numbers([1, 2, 3, 4, 5, 6]),
      "maxOverTime: x has 4 windows of 2 words, the first 1 before the sentence (1×4×2), which are not those of 1×6 words",
    ],
    ["other sentences", tensor(Int32Array.of(1, 2, 3, 1, 2, 3), [2, 3]), "which are not those of 2×3 words"],
    [
      "no sentences",
      tensor(Int32Array.of(1, 2, 3), [3]),
      "maxOverTime: words are of rank 1 (3), expected N×L",
    ],
  ])("%s are refused", (_, words, message) => {
    expect(() => layer.forward([x, words], {} as never)).toThrow(message);
  });

  test("anything but windows and words is refused", () => {
    expect(() => layer.forward(x as never, {} as never)).toThrow(
      "expected windows and words; in a graph: from:",
    );
    expect(() => layer.forward([random.uniform([2, 3], { seed: 1 })], {} as never)).toThrow(
      "maxOverTime: x is of rank 2 (2×3), expected N×L×F",
    );
    expect(() => nn.maxOverTime({ window: 0 })).toThrow(
      "maxOverTime: window is 0, expected a whole number of at least 1",
    );
  });
});

test("an embedding's filling is zeros, and is not trained", async () => {
  const model = nn.sequential("words", nn.embedding({ words: 4, size: 2, pad: 3 }));
  model.build([3], { seed: 1 });
  const vectors = await model.parameters.get("embedding1.vectors")!.read();
  const y = await model(tensor(Int32Array.of(1, 3, 0), [1, 3])).data();
  expect([...y]).toEqual([vectors[2], vectors[3], 0, 0, vectors[0], vectors[1]]);
});
