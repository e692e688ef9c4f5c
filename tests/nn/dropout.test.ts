import { describe, expect, test } from "vitest";
import { compile, gradients, ones, sum, type Tensor, tensor } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";

const shape = [100, 1000];
const seeded = (value: number) => tensor(Int32Array.of(value), []);

describe("dropout", () => {
  const model = nn.sequential("net", nn.dropout(0.3), nn.dropout(0.3));
  const first = nn.sequential(nn.dropout(0.3));
  const run = compile((x: Tensor, seed: Tensor) => first(x, { training: true, seed }));
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
    const both = compile((x: Tensor, seed: Tensor) => {
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
    const step = compile((x: Tensor, seed: Tensor) => {
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
