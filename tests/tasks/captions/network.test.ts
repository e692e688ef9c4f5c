/** The decoder, its losses and their gradients, as PyTorch has them: tests/golden/captions.py. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile, gradients, type nn, type Tensor, tensor, zeros } from "../../../src/index.js";
import { begun, decoderWeights, wordsAfter } from "../../../src/tasks/captions/decoder.js";
import { captionNetwork, captionObjective } from "../../../src/tasks/captions/index.js";
import { lossOfCost } from "../../../src/training/objective.js";
import { uniform } from "../../checks/named-numbers.js";
import { onEveryTarget } from "../../checks/targets.js";

const golden = JSON.parse(readFileSync(new URL("../../golden/captions.json", import.meta.url), "utf8")) as {
  sizes: { words: number; size: number; units: number; attention: number };
  grid: [number, number, number, number];
  captions: number[][];
  coverage: number;
  scores: number[];
  attention: number[];
  loss: number;
  gradients: { [name: string]: number[] };
};
const { sizes, grid, captions, coverage } = golden;
const [n, h, w, depth] = grid;
/** The places are given as they are. */
const asGiven: nn.Layer = { type: "asGiven", forward: (x) => x };
const places = () => tensor(uniform("places", n * h * w * depth), grid);
const words = (upTo: number) =>
  tensor(Int32Array.from(captions.flatMap((own) => own.slice(0, upTo))), [n, upTo]);

function made(dropout = 0) {
  const network = captionNetwork({ ...sizes, encoder: asGiven, dropout, wordDropout: dropout });
  network.build({ images: [h, w, depth], words: [4] });
  for (const [path, variable] of network.parameters)
    variable.set(uniform(path.replace("decoder.", ""), variable.size).map((value) => value / 2));
  return network;
}

function closeTo(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i] - value), `${what}, number ${i}: ${actual[i]} and ${value}`).toBeLessThan(
      1e-4 * (1 + Math.abs(value)),
    );
}

onEveryTarget("captions", () => {
  test("scores, attention, loss and gradients are those of PyTorch", async () => {
    const network = made();
    const names = [...network.parameters.keys()];
    const { scores, attention, loss, slopes } = await compile(
      (images: Tensor, all: Tensor, given: Tensor) => {
        const output = network({ images, words: given });
        const cost = captionObjective({ coverage }).cost(network, { images, words: all }, {}, {});
        const loss = lossOfCost(cost);
        return {
          ...{ scores: output.scores, attention: output.attention, loss },
          slopes: gradients(loss, [images, ...network.parameters.values()]),
        };
      },
    )(places(), words(5), words(4));
    closeTo(await scores.data(), golden.scores, "scores");
    closeTo(await attention.data(), golden.attention, "attention");
    closeTo(await loss.data(), [golden.loss], "loss");
    expect(Object.keys(golden.gradients)).toHaveLength(slopes.length);
    for (const [i, path] of ["decoder.places", ...names].entries()) {
      const name = path.replace("decoder.", "");
      closeTo(await slopes[i].data(), golden.gradients[name], name);
    }
  });

  test("written word by word, for several sentences at once, the scores are those of whole captions", async () => {
    const network = made();
    const weights = decoderWeights(network);
    let state = begun(places(), weights, { positions: true, sentences: 3 });
    const [whole, looked] = [golden.scores, golden.attention];
    for (let t = 0; t < 4; t++) {
      // The second sentence is the caption, the others say something else.
      const said = captions.flatMap((own) => [t === 0 ? 2 : 7, own[t], t === 0 ? 2 : 5]);
      const next = wordsAfter(tensor(Int32Array.from(said), [n, 3]), state, weights);
      state = next.state;
      const [scores, attention] = [await next.scores.data(), await next.attention.data()];
      const [v, l] = [sizes.words, h * w];
      for (let i = 0; i < n; i++) {
        const row = (values: ArrayLike<number>, at: number, length: number) =>
          Array.from({ length }, (_, k) => values[at * length + k]);
        closeTo(row(scores, i * 3 + 1, v), row(whole, i * 4 + t, v), `scores of word ${t}`);
        closeTo(row(attention, i * 3 + 1, l), row(looked, i * 4 + t, l), `attention of word ${t}`);
      }
    }
  });
});

describe("the network", () => {
  test("is counted, and has the numbers of its parts", () => {
    const network = captionNetwork({ words: 24 });
    network.build({ images: [64, 64, 3], words: [4] });
    const count = [...network.parameters.values()].reduce((sum, { size }) => sum + size, 0);
    expect(count).toBe(1_206_385);
    const { places, scores, attention } = network({
      images: zeros([2, 64, 96, 3]),
      words: zeros([2, 7], "i32"),
    });
    expect([places.shape, scores.shape, attention.shape]).toEqual([
      [2, 8, 12, 96],
      [2, 7, 24],
      [2, 7, 96],
    ]);
  });

  test("drops out of the memory and of words in training alone", async () => {
    const network = made(0.5);
    const scoresOf = async (mode: object) =>
      network({ images: places(), words: words(4) }, mode as never).scores.data();
    closeTo(await scoresOf({}), golden.scores, "scores");
    const seed = (value: number) => ({ training: true, seed: tensor(Int32Array.of(value), []) });
    const [one, again, other] = [await scoresOf(seed(1)), await scoresOf(seed(1)), await scoresOf(seed(2))];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test("says what does not fit", () => {
    const network = made();
    expect(() => network({ images: places(), words: zeros([n, 4, 2], "i32") })).toThrow(
      "captions: words is 2×4×2, expected N×4",
    );
    expect(() => captionNetwork({ words: 0 })).toThrow(
      "captionDecoder: words is 0, expected a whole number from 1 on",
    );
  });
});
