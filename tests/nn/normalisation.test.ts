import { describe, expect, test } from "vitest";
import { random, ShapeError, tensor } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";
import { closeTo, toTensor } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import * as textbook from "../textbook/index.js";
import type { Numbers } from "../textbook/numbers.js";

const x = uniform([3, 4, 5, 6], { low: -2, high: 5 });

/** A layer with other scales and shifts than those it begins with. */
function built(layer: nn.Layer) {
  const model = nn.sequential("net", layer);
  model.build(x.shape.slice(1));
  const of = (name: string, seed: number): Numbers => {
    const variable = [...model.parameters].find(([path]) => path.endsWith(name))![1];
    const values = uniform(variable.shape, { seed });
    variable.set(values.data);
    return values;
  };
  return { model, scale: of("scale", 1), shift: of("shift", 2) };
}

const affine = (y: Numbers, scale: Numbers, shift: Numbers) => textbook.add(textbook.mul(y, scale), shift);

describe("normalisation of each example", () => {
  test("layerNorm over the channels of each pixel", async () => {
    const { model, scale, shift } = built(nn.layerNorm({ epsilon: 1e-3 }));
    expect(scale.shape).toEqual([6]);
    const expected = affine(textbook.normalise(x, { axis: 3, epsilon: 1e-3 }), scale, shift);
    await closeTo(model(toTensor(x)), expected, { atol: 1e-5 });
  });

  test("layerNorm over the example", async () => {
    const { model, scale, shift } = built(nn.layerNorm({ over: "example" }));
    expect(scale.shape).toEqual([4, 5, 6]);
    await closeTo(model(toTensor(x)), affine(textbook.normalise(x, { axis: [1, 2, 3] }), scale, shift), {
      atol: 1e-5,
    });
  });

  test.each([1, 2, 3, 6])("groupNorm of %d groups", async (groups) => {
    const { model, scale, shift } = built(nn.groupNorm(groups));
    const split = { shape: [3, 4, 5, groups, 6 / groups], data: x.data };
    const { data } = textbook.normalise(split, { axis: [1, 2, 4] });
    await closeTo(model(toTensor(x)), affine({ shape: x.shape, data }, scale, shift), { atol: 1e-5 });
  });

  test("instanceNorm", async () => {
    const { model, scale, shift } = built(nn.instanceNorm());
    await closeTo(model(toTensor(x)), affine(textbook.normalise(x, { axis: [1, 2] }), scale, shift), {
      atol: 1e-5,
    });
  });

  test("one example does not see another", async () => {
    for (const layer of [nn.layerNorm(), nn.groupNorm(3), nn.instanceNorm()]) {
      const model = nn.sequential(layer);
      const all = await model(toTensor(x), { training: true }).data();
      const first = await model(tensor(Float32Array.from(x.data.slice(0, 120)), [1, 4, 5, 6])).data();
      expect(all.slice(0, 120)).toEqual(first);
    }
  });

  test("without scale and shift there are no parameters", () => {
    for (const layer of [
      nn.layerNorm({ affine: false }),
      nn.groupNorm(2, { affine: false }),
      nn.instanceNorm({ affine: false }),
    ])
      expect(nn.sequential(layer).summary([4, 4, 2]).params).toBe(0);
  });

  test("what does not fit is refused", () => {
    const pictures = random.normal([2, 1, 1, 6], { seed: 1 });
    expect(() => nn.sequential("net", nn.groupNorm(4))(pictures)).toThrow(
      new ShapeError("net › layer 1 (groupNorm1): 4 groups do not divide the 6 channels of x (2×1×1×6)"),
    );
    expect(() => nn.sequential("net", nn.instanceNorm())(pictures)).toThrow(
      new ShapeError("net › layer 1 (instanceNorm1): one value for each channel (2×1×1×6) has no variance"),
    );
    expect(() => nn.groupNorm(0)).toThrow(
      new ShapeError("groupNorm: groups is 0, expected a whole number of at least 1"),
    );
  });
});
