import { describe, expect, test } from "vitest";
import { gradients, random, ShapeError, sum, tensor } from "../../src/index.js";
import { digitCodes } from "../../src/models/digit-codes.js";
import * as nn from "../../src/nn/index.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { integers, uniform } from "../checks/random.js";
import { conv2d } from "../textbook/conv2d.js";
import { at, fill, type Numbers, numbers } from "../textbook/numbers.js";

const held = async (v: { shape: readonly number[]; data(): Promise<ArrayLike<number>> }): Promise<Numbers> =>
  numbers(await v.data(), v.shape);

describe("subsampling2d", () => {
  test("the sum of each window times a coefficient, and a bias", async () => {
    const x = uniform([2, 5, 6, 3]);
    const model = nn.sequential(nn.subsampling2d(2));
    model.build([5, 6, 3], { seed: 4 });
    model.parameters.get("subsampling1.bias")!.set([1, 2, 3]);
    const coefficient = await held(model.parameters.get("subsampling1.coefficient")!);
    expect(coefficient.data.every((v) => Math.abs(v) < 0.6)).toBe(true);
    const expected = fill([2, 2, 3, 3], ([n, i, j, c]) => {
      let total = 0;
      for (let a = 0; a < 2; a++) for (let b = 0; b < 2; b++) total += at(x, [n, 2 * i + a, 2 * j + b, c]);
      return coefficient.data[c] * total + (c + 1);
    });
    await closeTo(model(toTensor(x)), expected);
  });

  test("S2 of LeNet-5 has 12 parameters", () => {
    const { layers } = nn.sequential(nn.subsampling2d(2)).summary([28, 28, 6]);
    expect(layers[0]).toMatchObject({ params: 12, output: [14, 14, 6], receptiveField: 2 });
  });
});

/** Table I of the paper. */
const c3 = [
  ...[
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 5],
    [0, 4, 5],
    [0, 1, 5],
  ],
  ...[
    [0, 1, 2, 3],
    [1, 2, 3, 4],
    [2, 3, 4, 5],
    [0, 3, 4, 5],
    [0, 1, 4, 5],
    [0, 1, 2, 5],
    [0, 1, 3, 4],
    [1, 2, 4, 5],
    [0, 2, 3, 5],
  ],
  [0, 1, 2, 3, 4, 5],
];

describe("partialConv2d", () => {
  test("C3 of LeNet-5: 1,516 parameters, 150,000 multiply-adds", () => {
    const { layers } = nn.sequential(nn.partialConv2d({ connections: c3, kernel: 5 })).summary([14, 14, 6]);
    expect(layers[0]).toMatchObject({ params: 1516, macs: 150_000, output: [10, 10, 16], receptiveField: 5 });
  });

  test("is a convolution whose missing connections are zeros, and gives no gradient to them", async () => {
    const connections = [[2, 0], [1], [0, 1, 2], [1, 2]];
    const model = nn.sequential(
      nn.partialConv2d({ connections, kernel: [2, 3], stride: [1, 2], padding: "same" }),
    );
    model.build([5, 6, 3], { seed: 2 });
    expect([...model.parameters].map(([path, v]) => `${path} ${v.shape.join("×")}`)).toEqual([
      "partialConv1.filters1 2×3×1×1",
      "partialConv1.filters2 2×3×2×2",
      "partialConv1.filters3 2×3×3×1",
      "partialConv1.bias 4",
    ]);
    const own = new Map<number, Numbers>();
    for (const width of [1, 2, 3])
      own.set(width, await held(model.parameters.get(`partialConv1.filters${width}`)!));
    const column = [0, 0, 0, 1]; // of each filter among those of its width
    const dense = fill([2, 3, 3, 4], ([a, b, c, f]) => {
      const row = connections[f].indexOf(c);
      return row < 0 ? 0 : at(own.get(connections[f].length)!, [a, b, row, column[f]]);
    });
    const x = uniform([2, 5, 6, 3]);
    const y = model(toTensor(x));
    await closeTo(y, conv2d(x, dense, { stride: [1, 2], padding: "same" }));
    const ones = random.uniform([1, 2, 3, 3], { seed: 1, min: 1, max: 1 });
    const slopes = gradients(sum(model(ones)), [...model.parameters.values()]);
    for (const slope of slopes)
      expect(Array.from(await slope.data()).every((v) => Number.isFinite(v) && v !== 0)).toBe(true);
  });

  test("each filter begins by its own fan-in", async () => {
    const model = nn.sequential(
      nn.partialConv2d({ connections: c3, kernel: 5, initialiser: { uniformOverFanIn: 2.4 } }),
    );
    model.build([14, 14, 6], { seed: 1 });
    for (const width of [3, 4, 6]) {
      const values = await model.parameters.get(`partialConv1.filters${width}`)!.read();
      const greatest = Math.max(...Array.from(values, Math.abs));
      expect(greatest).toBeLessThan(2.4 / (25 * width));
      expect(greatest).toBeGreaterThan(0.9 * (2.4 / (25 * width)));
    }
  });

  test.each<[readonly (readonly number[])[], string]>([
    [[], "partialConv2d: the table of connections is empty"],
    [[[0], []], "partialConv2d: filter 1 sees no channel"],
    [[[0, 1, 0]], "partialConv2d: filter 0 sees a channel twice (0, 1, 0)"],
    [[[-1]], "partialConv2d: filter 0 sees channel -1, expected a whole number of at least 0"],
  ])("the table %j is refused", (connections, message) => {
    expect(() => nn.partialConv2d({ connections, kernel: 3 })).toThrow(new ShapeError(message));
  });

  test("a channel that is not there is refused", () => {
    const model = nn.sequential("net", nn.partialConv2d({ connections: [[0, 6]], kernel: 3 }));
    expect(() => model.build([5, 5, 6])).toThrow(
      new ShapeError("net › layer 1 (partialConv1): the table names channel 6, x has 6 (1×5×5×6)"),
    );
  });
});

describe("rbf", () => {
  test("minus the squared distance from each centre", async () => {
    const [x, centres] = [uniform([3, 5]), integers([4, 5], { low: -1, high: 2 })];
    const rows = Array.from({ length: 4 }, (_, i) => [...centres.data.slice(5 * i, 5 * i + 5)]);
    const model = nn.sequential(nn.rbf({ centres: rows }));
    const expected = fill(
      [3, 4],
      ([n, i]) => -rows[i].reduce((total, w, j) => total + (at(x, [n, j]) - w) ** 2, 0),
    );
    await closeTo(model(toTensor(x)), expected);
    expect(model.parameters.size).toBe(0);
  });

  test("a code is nearest to itself", async () => {
    const model = nn.sequential(nn.rbf({ centres: digitCodes }));
    const scores = await model(tensor(digitCodes.map((row) => [...row]))).data();
    digitCodes.forEach((_, digit) => {
      digitCodes.forEach((_, other) => {
        const distance = -scores[digit * 10 + other];
        if (digit === other) expect(distance).toBe(0);
        // Each pixel that differs counts 4.
        else expect(distance, `${digit} and ${other}`).toBeGreaterThanOrEqual(20);
      });
    });
  });

  test("the codes are ten pictures of 7×12 pixels, 1 or −1", () => {
    expect(digitCodes.map((code) => code.length)).toEqual(Array(10).fill(84));
    expect(new Set(digitCodes.flat())).toEqual(new Set([1, -1]));
  });

  test.each<[readonly (readonly number[])[], string]>([
    [[], "rbf: there are no centres"],
    [[[1, 2], [1]], "rbf: centre 1 has 1 values, centre 0 has 2"],
  ])("centres %j are refused", (centres, message) => {
    expect(() => nn.rbf({ centres })).toThrow(new ShapeError(message));
  });

  test("inputs of another number are refused", () => {
    expect(() => nn.sequential("net", nn.rbf({ centres: [[1, 2]] }))(tensor([[1, 2, 3]]))).toThrow(
      new ShapeError("net › layer 1 (rbf1): x is 1×3, expected N×2, as many as a centre has values"),
    );
  });
});
