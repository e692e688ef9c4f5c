import { describe, expect, test } from "vitest";
import { gradients, lstmCell, random, ShapeError, sum, type Tensor, tensor } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { compiled } from "../checks/compiled.js";
import { uniform } from "../checks/random.js";
import * as textbook from "../textbook/index.js";
import { type Numbers, numbers } from "../textbook/numbers.js";

const x = uniform([2, 5, 3]);
const at = (t: number): Numbers => textbook.reshape(textbook.slice(x, [0, t, 0], [2, t + 1, 3]), [2, 3]);
const none = numbers(new Float64Array(8), [2, 4]);

async function built(layer: nn.Layer) {
  const model = nn.sequential(layer);
  model.build([5, 3], { seed: 3 });
  for (const [path, v] of model.parameters)
    if (/[bB]ias$/.test(path)) v.set(uniform(v.shape, { seed: 9 }).data);
  const of = async (name: string): Promise<Numbers> => {
    const [, v] = [...model.parameters].find(([path]) => path.endsWith(`.${name}`))!;
    return numbers(await v.read(), v.shape);
  };
  const [input, recurrent, bias] = [await of("input"), await of("recurrent"), await of("bias")];
  return { model, weights: { input, recurrent, bias }, of };
}

describe("recurrent layers", () => {
  test("lstm is its cell, step after step", async () => {
    const { model, weights } = await built(nn.lstm({ units: 4 }));
    let state = { hidden: none, cell: none };
    const outputs: Numbers[] = [];
    for (let t = 0; t < 5; t++) {
      state = textbook.lstmCell(at(t), state, weights);
      outputs.push(textbook.reshape(state.hidden, [2, 1, 4]));
    }
    await closeTo(model(toTensor(x)), textbook.concat(outputs, { axis: 1 }));
    const last = await built(nn.lstm({ units: 4, outputs: "last" }));
    await closeTo(last.model(toTensor(x)), state.hidden);
  });

  test("gru is its cell, step after step", async () => {
    const { model, weights, of } = await built(nn.gru({ units: 4 }));
    let hidden = none;
    const outputs: Numbers[] = [];
    for (let t = 0; t < 5; t++) {
      hidden = textbook.gruCell(at(t), hidden, { ...weights, recurrentBias: await of("recurrentBias") });
      outputs.push(textbook.reshape(hidden, [2, 1, 4]));
    }
    await closeTo(model(toTensor(x)), textbook.concat(outputs, { axis: 1 }));
  });

  test("their parameters: 4·(D·U + U² + U), and 3·(D·U + U² + 2·U)", () => {
    const { layers } = nn.sequential(nn.lstm({ units: 4 }), nn.gru({ units: 2 })).summary([5, 3]);
    expect(layers.map(({ params }) => params)).toEqual([4 * (12 + 16 + 4), 3 * (8 + 4 + 4)]);
    expect(layers.map(({ macs }) => macs)).toEqual([5 * 4 * 4 * 7, 5 * 3 * 2 * 6]);
    expect(layers.map(({ output }) => output)).toEqual([
      [5, 4],
      [5, 2],
    ]);
  });

  test("every step of a long sequence gives a gradient to the weights", async () => {
    const model = nn.sequential(nn.lstm({ units: 3, outputs: "last" }));
    model.build([30, 2]);
    const slopes = compiled((x: Tensor) => gradients(sum(model(x)), [x, ...model.parameters.values()]));
    const found = await slopes(random.normal([1, 30, 2], { seed: 1 }));
    for (const slope of found) expect(slope.every((v) => Number.isFinite(v) && v !== 0)).toBe(true);
  });

  test("what does not fit is refused", () => {
    expect(() => nn.sequential("net", nn.lstm({ units: 2 }))(tensor([[1, 2]]))).toThrow(
      new ShapeError("net › layer 1 (lstm1): x is 1×2, expected N×T×D with at least one step"),
    );
    const [input, recurrent, bias] = [uniform([3, 8]), uniform([2, 6]), uniform([8])].map((w) => toTensor(w));
    const state = { hidden: toTensor(uniform([1, 2])), cell: toTensor(uniform([1, 2])) };
    expect(() => lstmCell(toTensor(uniform([1, 3])), state, { input, recurrent, bias })).toThrow(
      new ShapeError("lstmCell: the recurrent weights are 2×6, expected 2×8 for 3 inputs and 2 units"),
    );
  });
});

describe("embedding", () => {
  const model = nn.sequential(nn.embedding({ words: 4, size: 3 }));
  model.build([2], { seed: 1 });
  const vectors = model.parameters.get("embedding1.vectors")!;

  test("looks vectors up, of whole numbers in any type", async () => {
    const table = [...(await vectors.read())];
    const row = (i: number) => table.slice(3 * i, 3 * i + 3);
    const expected = [...row(3), ...row(0), ...row(3), ...row(2)];
    for (const words of [
      tensor(Int32Array.of(3, 0, 3, 2), [2, 2]),
      tensor([
        [3, 0],
        [3, 2],
      ]),
    ]) {
      const y = model(words);
      expect(y.shape).toEqual([2, 2, 3]);
      expect([...(await y.data())]).toEqual(expected);
    }
  });

  test("a word's gradient is the sum over its places; a word that is not there is NaN", async () => {
    const y = model(tensor(Int32Array.of(3, 0, 3, 3), [2, 2]));
    const [slope] = gradients(sum(y), [vectors]);
    expect([...(await slope.data())]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 3, 3, 3]);
    expect(await model(tensor(Int32Array.of(4, -1), [1, 2])).data()).toEqual(
      new Float32Array(6).fill(Number.NaN),
    );
  });

  test("vectors that are not trained are buffers", () => {
    const fixed = nn.sequential(nn.embedding({ words: 4, size: 3, trained: false }));
    fixed.build([2]);
    expect([...fixed.parameters.keys(), ...fixed.buffers.keys()]).toEqual(["embedding1.vectors"]);
    expect(fixed.buffers.size).toBe(1);
  });
});
