import { expect, test } from "vitest";
import { gradients, random, tensor } from "../../../src/index.js";
import * as losses from "../../../src/tasks/segmentation/index.js";

/** By plain loops over pictures, classes and pixels. */
function diceOf(
  output: ArrayLike<number>,
  target: ArrayLike<number>,
  {
    n,
    pixels,
    classes,
    ignore,
    smooth,
  }: { n: number; pixels: number; classes: number; ignore: number; smooth: number },
): number {
  const costs: number[] = [];
  for (let e = 0; e < n; e++) {
    const counted = Array.from({ length: pixels }, (_, i) => e * pixels + i).filter(
      (at) => target[at] !== ignore,
    );
    if (counted.length === 0) continue;
    const p = (at: number, c: number) => {
      const row = Array.from({ length: classes }, (_, k) => Math.exp(output[at * classes + k]));
      return row[c] / row.reduce((a, b) => a + b);
    };
    const shares: number[] = [];
    for (let c = 0; c < classes; c++) {
      const own = counted.filter((at) => target[at] === c);
      if (own.length === 0) continue;
      const both = own.reduce((sum, at) => sum + p(at, c), 0);
      const all = counted.reduce((sum, at) => sum + p(at, c), 0) + own.length;
      shares.push((2 * both + smooth) / (all + smooth));
    }
    costs.push(1 - shares.reduce((a, b) => a + b) / shares.length);
  }
  return costs.length === 0 ? 0 : costs.reduce((a, b) => a + b) / costs.length;
}

test.each([0, 1])(
  "dice is that of plain loops, smoothed by %d; ignored pixels and empty pictures do not count",
  async (smooth) => {
    const [n, h, w, classes] = [4, 3, 5, 4];
    const output = random.normal([n, h, w, classes], { seed: 3 });
    const labels = Uint8Array.from(await random.uniform([n * h * w], { seed: 5, max: 4.9 }).data(), (v) =>
      Math.floor(v) === 4 ? 255 : Math.floor(v) % 3,
    );
    labels.fill(255, 2 * h * w, 3 * h * w);
    const found = await losses
      .dice({ ignore: 255, smooth })(output, tensor(labels, [n, h, w]))
      .item();
    const expected = diceOf(await output.data(), labels, { n, pixels: h * w, classes, ignore: 255, smooth });
    expect(found).toBeCloseTo(expected, 5);
    expect(expected).toBeGreaterThan(0.3);
    // Along each of some numbers the slope is that of central differences of the loops.
    const [slopes] = gradients(losses.dice({ ignore: 255, smooth })(output, tensor(labels, [n, h, w])), [
      output,
    ]);
    const [values, slope] = [Float64Array.from(await output.data()), await slopes.data()];
    for (let at = 0; at < values.length; at += 7) {
      const moved = (by: number) => {
        const other = values.slice();
        other[at] += by;
        return diceOf(other, labels, { n, pixels: h * w, classes, ignore: 255, smooth });
      };
      expect(slope[at]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
    }
  },
);

test("dice of what is read rightly is 0, and 0, not NaN, where nothing counts", async () => {
  const sure = tensor([
    [
      [30, 0],
      [0, 30],
    ],
  ]);
  expect(
    await losses
      .dice()(sure, tensor(Int32Array.of(0, 1), [1, 2]))
      .item(),
  ).toBeCloseTo(0, 6);
  expect(
    await losses
      .dice({ ignore: 1 })(sure, tensor(Int32Array.of(1, 1), [1, 2]))
      .item(),
  ).toBe(0);
});
