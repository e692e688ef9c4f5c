import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { nn, tensor } from "../../src/index.js";
import { agree } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { numbers } from "../textbook/numbers.js";

/**
 * conv 3×3 "same" → ReLU → max pool 2 → conv 3×3 "valid", by plain loops, and a unit of it back to the pixels:
 * transposed filter, unpooling at the switches, rectification, transposed filter (Zeiler, Fergus 2014, section 2.1).
 */
function project(
  x: ArrayLike<number>,
  [h, w, c]: number[],
  first: { w: ArrayLike<number>; b: ArrayLike<number>; f: number },
  second: { w: ArrayLike<number>; b: ArrayLike<number>; f: number },
  unit: number,
) {
  const at = (i: number, j: number, width: number) => i * width + j;
  const conv1 = new Float64Array(h * w * first.f);
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++)
      for (let f = 0; f < first.f; f++) {
        let sum = first.b[f];
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 3; b++) {
            const [y, z] = [i + a - 1, j + b - 1];
            if (y < 0 || y >= h || z < 0 || z >= w) continue;
            for (let k = 0; k < c; k++)
              sum += x[at(y, z, w) * c + k] * first.w[((a * 3 + b) * c + k) * first.f + f];
          }
        conv1[at(i, j, w) * first.f + f] = Math.max(0, sum);
      }
  const [ph, pw] = [Math.floor(h / 2), Math.floor(w / 2)];
  const pooled = new Float64Array(ph * pw * first.f);
  const switches = new Int32Array(ph * pw * first.f);
  for (let i = 0; i < ph; i++)
    for (let j = 0; j < pw; j++)
      for (let f = 0; f < first.f; f++) {
        let best = -1;
        for (const [a, b] of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ]) {
          const place = at(2 * i + a, 2 * j + b, w) * first.f + f;
          if (best < 0 || conv1[place] > conv1[best]) best = place;
        }
        switches[at(i, j, pw) * first.f + f] = best;
        pooled[at(i, j, pw) * first.f + f] = conv1[best];
      }
  let greatest = { value: Number.NEGATIVE_INFINITY, i: 0, j: 0 };
  for (let i = 0; i + 3 <= ph; i++)
    for (let j = 0; j + 3 <= pw; j++) {
      let sum = second.b[unit];
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++)
          for (let k = 0; k < first.f; k++)
            sum +=
              pooled[at(i + a, j + b, pw) * first.f + k] *
              second.w[((a * 3 + b) * first.f + k) * second.f + unit];
      if (sum > greatest.value) greatest = { value: sum, i, j };
    }
  // Back: the transposed second filter, unpooling, rectification, the transposed first filter.
  const signal = new Float64Array(h * w * first.f);
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++)
      for (let k = 0; k < first.f; k++) {
        const place = at(greatest.i + a, greatest.j + b, pw) * first.f + k;
        signal[switches[place]] += greatest.value * second.w[((a * 3 + b) * first.f + k) * second.f + unit];
      }
  const pixels = new Float64Array(h * w * c);
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++)
      for (let f = 0; f < first.f; f++) {
        const value = Math.max(0, signal[at(i, j, w) * first.f + f]);
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 3; b++) {
            const [y, z] = [i + a - 1, j + b - 1];
            if (y < 0 || y >= h || z < 0 || z >= w) continue;
            for (let k = 0; k < c; k++)
              pixels[at(y, z, w) * c + k] += value * first.w[((a * 3 + b) * c + k) * first.f + f];
          }
      }
  return { pixels, greatest };
}

describe.each([1, 3])("deconvnet with %i channels", (channels) => {
  test("equals a direct textbook projection, and says where it comes from", async () => {
    const shape = [10, 12, channels];
    const model = nn.sequential(
      "two",
      nn.conv2d({ filters: 5, kernel: 3, padding: "same" }),
      nn.relu(),
      nn.maxPool2d(2),
      nn.conv2d({ filters: 4, kernel: 3 }),
      nn.relu(),
    );
    model.build(shape, { seed: 8 });
    const x = Float32Array.from(uniform([1, ...shape], { seed: 9 }).data);
    const weightsOf = async (layer: string, f: number) => ({
      w: await model.parameters.get(`${layer}.filters`)!.read(),
      b: await model.parameters.get(`${layer}.bias`)!.read(),
      f,
    });
    for (const unit of [0, 3]) {
      const [first, second] = [await weightsOf("conv1", 5), await weightsOf("conv2", 4)];
      const { pixels, greatest } = project(x, shape, first, second, unit);
      const found = await explain.deconvnet(model, tensor(x, [1, ...shape]), { layer: "conv2", unit });
      agree(found.pixels.values!, numbers(pixels, [1, ...shape]), { rtol: 1e-4, atol: 1e-5 });
      expect(found.hits[0].at).toEqual([greatest.i, greatest.j]);
      expect(found.hits[0].activation).toBeCloseTo(greatest.value, 4);
      // A unit sees 8×8 pixels, from a row above its pool's window on; beyond the border there is nothing.
      const [top, left] = [2 * greatest.i - 1, 2 * greatest.j - 1];
      expect(found.hits[0].box).toEqual({
        top: Math.max(0, top),
        left: Math.max(0, left),
        height: Math.min(10, top + 8) - Math.max(0, top),
        width: Math.min(12, left + 8) - Math.max(0, left),
      });
    }
  });
});

test("of a single activation in the first layer the deconvnet gives back the filter", async () => {
  const model = nn.sequential("one", nn.conv2d({ filters: 2, kernel: 3, bias: false }));
  model.build([3, 3, 1], { seed: 1 });
  const filter = await model.parameters.get("conv1.filters")!.read();
  const x = tensor(new Float32Array(9).fill(1), [1, 3, 3, 1]);
  const { pixels, hits } = await explain.deconvnet(model, x, { layer: "conv1", unit: 1 });
  agree(
    pixels.values!,
    numbers(
      Array.from({ length: 9 }, (_, p) => filter[p * 2 + 1] * hits[0].activation),
      [1, 3, 3, 1],
    ),
    { rtol: 1e-5, atol: 1e-6 },
  );
});
