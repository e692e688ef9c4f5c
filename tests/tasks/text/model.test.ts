import { describe, expect, test } from "vitest";
import { checkpointOf, decodeCheckpoint, encodeCheckpoint, modelOf, tensor } from "../../../src/index.js";
import { type TextNetwork, textNetwork, variants } from "../../../src/tasks/text/model.js";

const small = { words: 30, classes: 3, size: 6, maps: 4 };
const sentence = [5, 9, 2, 17, 3, 8, 21];

async function scores(
  model: TextNetwork,
  rows: readonly (readonly number[])[],
  length: number,
): Promise<number[][]> {
  const words = rows.flatMap((row) => [...row, ...Array<number>(length - row.length).fill(0)]);
  const y = model({ words: tensor(Int32Array.from(words), [rows.length, length]) });
  const values = [...(await y.data())];
  return rows.map((_, i) => values.slice(i * 3, i * 3 + 3));
}

/** The equations, in plain loops, float64. */
function textbook(
  model: TextNetwork,
  row: readonly number[],
  windows: readonly number[],
  { counted = false, length = row.length } = {},
) {
  const numbers = (path: string) => (model.parameters.get(path) ?? model.buffers.get(path))!;
  return (async () => {
    const read = async (path: string) => [...(await numbers(path).read())];
    const vectors = await read("vectors.vectors");
    const features: number[] = [];
    const widest = Math.max(...windows);
    for (const h of windows) {
      const [w, b] = [await read(`conv${h}.filters`), await read(`conv${h}.bias`)];
      const before = (counted ? widest : h) - 1;
      for (let f = 0; f < small.maps; f++) {
        let greatest = -Infinity;
        const last = counted ? length + before - h : row.length - 1;
        for (let i = -before; i <= last; i++) {
          let sum = b[f];
          for (let a = 0; a < h; a++) {
            const word = row[i + a];
            if (word === undefined) continue;
            for (let c = 0; c < small.size; c++)
              sum += vectors[word * small.size + c] * w[(a * small.size + c) * small.maps + f];
          }
          greatest = Math.max(greatest, sum);
        }
        features.push(Math.max(0, greatest));
      }
    }
    const [w, b] = [await read("scores.weights"), await read("scores.bias")];
    return b.map((bias, k) => features.reduce((sum, v, f) => sum + v * w[f * 3 + k], bias));
  })();
}

function near(found: readonly number[], expected: readonly number[], tolerance = 1e-5): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of found.entries()) expect(Math.abs(value - expected[i])).toBeLessThan(tolerance);
}

describe.each([[[3, 4, 5]], [[1, 2]], [[7]]])("windows %j", (windows) => {
  const model = textNetwork({ ...small, windows });
  model.build({ words: [8] }, { seed: 1 });

  test.each([1, 2, 3, 7])(
    "a sentence of %i words: the equations, alone, in a batch, and with 50 more pads",
    async (count) => {
      const row = sentence.slice(0, count);
      const [alone] = await scores(model, [row], count);
      near(alone, await textbook(model, row, windows));
      const [, inBatch] = await scores(model, [sentence, row, [1, 1]], 8);
      near(inBatch, alone);
      const [padded] = await scores(model, [row], count + 50);
      near(padded, alone);
    },
  );

  test("with counted padding, as Kim's program has it, windows of filling count", async () => {
    const kims = textNetwork({ ...small, windows, padding: "counted" });
    kims.build({ words: [8] }, { seed: 1 });
    const row = sentence.slice(0, 4);
    const [y] = await scores(kims, [row], 12);
    near(y, await textbook(kims, row, windows, { counted: true, length: 12 }));
  });
});

test("a sentence without words has the scores of the bias alone", async () => {
  const model = textNetwork(small);
  model.build({ words: [8] }, { seed: 1 });
  const [y] = await scores(model, [[]], 8);
  expect(y).toEqual([...(await model.parameters.get("scores.bias")!.read())]);
});

test("has the parameters of the paper: 360,902 beside the vectors", () => {
  const model = textNetwork({ words: 100, classes: 2 });
  model.build({ words: [8] });
  const beside = [...model.parameters].filter(([path]) => !path.endsWith(".vectors"));
  expect(beside.reduce((sum, [, { size }]) => sum + size, 0)).toBe(360_902);
});

test("random vectors lie within their spread", async () => {
  for (const [spread, given] of [
    [0.25, {}],
    [0.01, { spread: 0.01 }],
  ] as const) {
    const model = textNetwork({ ...small, ...given });
    model.build({ words: [8] }, { seed: 1 });
    const vectors = await model.parameters.get("vectors.vectors")!.read();
    const most = Math.max(...[...vectors].map(Math.abs));
    expect(most).toBeLessThanOrEqual(spread);
    expect(most).toBeGreaterThan(0.9 * spread);
  }
});

test.each(variants)("%s: what is trained, and a file and back", async (variant) => {
  const model = textNetwork({ ...small, variant });
  model.build({ words: [8] }, { seed: 3 });
  const vectors = (paths: Iterable<string>) => [...paths].filter((path) => path.endsWith(".vectors"));
  expect([vectors(model.parameters.keys()), vectors(model.buffers.keys())]).toEqual(
    {
      random: [["vectors.vectors"], []],
      static: [[], ["vectors.vectors"]],
      "non-static": [["vectors.vectors"], []],
      multichannel: [["trained.vectors"], ["fixed.vectors"]],
    }[variant],
  );
  const file = encodeCheckpoint(
    await checkpointOf(model, { input: { words: [8] }, data: { name: "x", classes: [] } }),
  );
  const again = modelOf<TextNetwork>(decodeCheckpoint(file, "x"));
  expect(await scores(again, [sentence], 9)).toEqual(await scores(model, [sentence], 9));
});

test.each([
  [{ windows: [] }, "textNetwork: windows are [], expected different whole numbers from 1 on"],
  [{ windows: [3, 3] }, "textNetwork: windows are [3, 3], expected different whole numbers from 1 on"],
  [{ windows: [2.5] }, "textNetwork: windows are [2.5], expected different whole numbers from 1 on"],
  [{ dropout: 1 }, "textNetwork: dropout is 1, expected 0 ≤ dropout < 1"],
  [
    { variant: "frozen" },
    'textNetwork: variant is "frozen", expected "random", "static", "non-static" or "multichannel"',
  ],
])("%j is refused", (options, message) => {
  expect(() => textNetwork({ ...small, ...options } as never)).toThrow(message);
});
