/** Where NaN stands among the largest: numpy, PyTorch and `max` say that it is what is found. */
import { describe, expect, test } from "vitest";
import { argmax, grad, max, maxPool2d, maxPool2dSwitches, min, sum, tensor } from "../../src/index.js";
import { RandomStream } from "../../src/random/threefry.js";

const { NaN: no } = Number;
const values = [0, 1, 2, -Infinity, Infinity, no];

/** The first NaN, or else the first of the largest. */
function first(row: readonly number[]): number {
  const nowhere = row.findIndex(Number.isNaN);
  return nowhere >= 0 ? nowhere : row.indexOf(Math.max(...row));
}

/** n×m numbers, among which NaN is rare or frequent. */
function mixed(n: number, m: number, share: number): Float32Array {
  const random = new RandomStream(5, n, m);
  return Float32Array.from({ length: n * m }, () =>
    random.uniform() < share ? no : values[random.integer(5)],
  );
}

describe("argmax finds the NaN that max lets pass", () => {
  test("as the user saw it: 1, not 2", async () => {
    const x = tensor([1, no, 3, 2]);
    expect(await max(x).item()).toBeNaN();
    expect(await argmax(x).item()).toBe(1);
    expect(await argmax(tensor([no, 5, no])).item()).toBe(0);
    expect(await argmax(tensor([5, 5, -Infinity])).item()).toBe(0);
    expect(await argmax(tensor([-Infinity, -Infinity])).item()).toBe(0);
    expect(await argmax(tensor([-Infinity, no])).item()).toBe(1);
  });

  test.each([
    [1, 4],
    [3, 17],
    [5, 1],
    [16, 16],
    [2, 100],
    [33, 5],
  ])("along either axis, and over all, of %i×%i", async (n, m) => {
    for (const share of [0.02, 0.3]) {
      const data = mixed(n, m, share);
      const x = tensor(data, [n, m]);
      const rows = Array.from({ length: n }, (_, i) => [...data.subarray(i * m, (i + 1) * m)]);
      const columns = Array.from({ length: m }, (_, j) => rows.map((row) => row[j]));
      expect([...(await argmax(x, { axis: 1 }).data())]).toEqual(rows.map(first));
      expect([...(await argmax(x, { axis: 0 }).data())]).toEqual(columns.map(first));
      expect(await argmax(x).item()).toBe(first([...data]));
      expect([...(await max(x, { axis: 1 }).data())]).toEqual(rows.map((row) => row[first(row)]));
      expect([...(await max(x, { axis: 0 }).data())]).toEqual(columns.map((row) => row[first(row)]));
      expect([...(await min(x, { axis: 1 }).data())]).toEqual(rows.map((row) => Math.min(...row)));
    }
  });

  test("the gradient of max and min goes to the first NaN", async () => {
    const x = tensor([1, no, 3, no]);
    expect([...(await grad((t) => max(t))(x).data())]).toEqual([0, 1, 0, 0]);
    expect([...(await grad((t) => min(t))(x).data())]).toEqual([0, 1, 0, 0]);
  });
});

test("max pooling: the NaN of a window, its switch, and where its gradient goes", async () => {
  const [n, m] = [9, 21];
  const data = mixed(n, m, 0.15);
  const x = tensor(data, [1, n, m, 1]);
  const y = await maxPool2d(x, 2, { stride: 1 }).data();
  const switches = await maxPool2dSwitches(x, 2, { stride: 1 }).data();
  const back = await grad((t) => sum(maxPool2d(t, 2, { stride: 1 })))(x).data();
  const expected = new Float32Array(n * m);
  for (let i = 0; i + 1 < n; i++)
    for (let j = 0; j + 1 < m; j++) {
      const places = [0, 1, m, m + 1].map((d) => i * m + j + d);
      const window = places.map((p) => data[p]);
      expect(switches[i * (m - 1) + j]).toBe(first(window));
      expect(y[i * (m - 1) + j]).toBe(window[first(window)]);
      expected[places[first(window)]]++;
    }
  expect([...back]).toEqual([...expected]);
});

test("argmax of whole numbers that f32 does not tell apart", async () => {
  expect(await argmax(tensor(Int32Array.of(16777216, 16777217))).item()).toBe(1);
  expect(await argmax(tensor(Int32Array.of(-2147483648, -2147483648))).item()).toBe(0);
  expect(await argmax(tensor(Uint8Array.of(7, 255, 3))).item()).toBe(1);
});
