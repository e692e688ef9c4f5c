import { describe, expect, test } from "vitest";
import { gradients, ones, sum, type Tensor, tensor } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";
import { compiled } from "../checks/compiled.js";

const shape = [100, 1000];
const seeded = (value: number) => tensor(Int32Array.of(value), []);

describe("dropout", () => {
  const model = nn.sequential("net", nn.dropout(0.3), nn.dropout(0.3));
  const first = nn.sequential(nn.dropout(0.3));
  const run = compiled((x: Tensor, seed: Tensor) => first(x, { training: true, seed }));
  const x = tensor(new Float32Array(shape[0] * shape[1]).fill(7), shape);

  test("drops its rate of the values and scales the others", async () => {
    const y = await run(x, seeded(5));
    const dropped = y.filter((v) => v === 0).length / y.length;
    expect(Math.abs(dropped - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / y.length));
    expect([...new Set(y)].sort()).toEqual([0, Math.fround(7 * Math.fround(1 / 0.7))]);
  });

  test("draws the same for the same seed, and others for another", async () => {
    const y = await run(x, seeded(5));
    expect(await run(x, seeded(5))).toEqual(y);
    expect(await run(x, seeded(6))).not.toEqual(y);
  });

  test("draws others in each layer", async () => {
    const both = compiled((x: Tensor, seed: Tensor) => {
      const seen: Record<string, Tensor> = {};
      model(x, {
        training: true,
        seed,
        capture: (path, output) => {
          seen[path] = output;
        },
      });
      return seen;
    });
    const { dropout1, dropout2 } = await both(x, seeded(5));
    const kept = (values: ArrayLike<number>) =>
      Array.from(values).filter((v) => v !== 0).length / values.length;
    expect(kept(dropout1)).toBeCloseTo(0.7, 1);
    expect(kept(dropout2)).toBeCloseTo(0.49, 1); // 0.7 if both dropped the same
  });

  test("gradients pass where values passed", async () => {
    const step = compiled((x: Tensor, seed: Tensor) => {
      const y = first(x, { training: true, seed });
      return { y, slope: gradients(sum(y), [x])[0] };
    });
    const { y, slope } = await step(x, seeded(5));
    expect(slope.every((v, i) => (v === 0) === (y[i] === 0))).toBe(true);
  });

  test("does nothing in evaluation, nor at rate 0", async () => {
    expect(await model(x).data()).toEqual(await x.data());
    const none = nn.sequential(nn.dropout(0));
    expect(await none(x, { training: true }).data()).toEqual(await x.data());
  });

  test("needs a seed in training", () => {
    expect(() => model(ones([1, 4]), { training: true })).toThrow(
      new TypeError("dropout1: draws random numbers: call the model with { training: true, seed }"),
    );
  });

  test.each([-0.1, 1, Number.NaN])("a rate of %d is refused", (rate) => {
    expect(() => nn.dropout(rate)).toThrow(new RangeError(`dropout: rate is ${rate}, expected 0 ≤ rate < 1`));
  });
});

describe("spatial dropout", () => {
  const model = nn.sequential(nn.spatialDropout(0.4));
  const run = compiled((x: Tensor, seed: Tensor) => model(x, { training: true, seed }));
  const x = tensor(new Float32Array(50 * 3 * 2 * 20).fill(7), [50, 3, 2, 20]);

  test("drops whole channels of single examples", async () => {
    const y = await run(x, seeded(5));
    const at = (n: number, pixel: number, c: number) => y[(n * 6 + pixel) * 20 + c];
    let dropped = 0;
    for (let n = 0; n < 50; n++)
      for (let c = 0; c < 20; c++) {
        for (let pixel = 1; pixel < 6; pixel++) expect(at(n, pixel, c)).toBe(at(n, 0, c));
        if (at(n, 0, c) === 0) dropped++;
      }
    expect([...new Set(y)].sort()).toEqual([0, Math.fround(7 * Math.fround(1 / 0.6))]);
    expect(Math.abs(dropped / 1000 - 0.4)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 1000));
  });

  test("does nothing in evaluation, and refuses a rate of 1", async () => {
    expect(await model(x).data()).toEqual(await x.data());
    expect(() => nn.spatialDropout(1)).toThrow(
      new RangeError("spatialDropout: rate is 1, expected 0 ≤ rate < 1"),
    );
  });

  test("a seed that is a plain number is named, not read as a tensor", () => {
    const model = nn.sequential("net", nn.dropout(0.5));
    for (const given of [0, 1])
      expect(() => model(x, { training: true, seed: given as never })).toThrow(
        new TypeError(`dropout1: seed is ${given}, expected a tensor: tensor(…) makes one of numbers`),
      );
  });
});
