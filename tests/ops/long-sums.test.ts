import { expect, test } from "vitest";
import * as r from "../../src/index.js";

/**
 * Sums of millions of numbers that are alike, so that all roundings go one way. A plain chain in f32 is 6e-4 off after a
 * million terms, and 15 % after 2^28.
 */
const n = 2 ** 20;
const term = Math.fround(0.1);
const stored = r.tensor(new Float32Array(n).fill(term));
const pictures = r.reshape(stored, [4, 512, 512, 1]);
const { reshape, sum } = r;

interface Case {
  name: string;
  made: () => r.Tensor;
  /** Every value of the result. */
  expected: number;
}

async function worst({ made, expected }: Case): Promise<number> {
  return Math.max(...Array.from(await made().data(), (value) => Math.abs(value / expected - 1)));
}

test.each<Case>([
  { name: "one number, broadcast", made: () => sum(r.broadcastTo(r.tensor([0.1]), [n])), expected: n * term },
  { name: "full", made: () => sum(r.full([n], 0.1)), expected: n * term },
  { name: "full, of 2^28", made: () => sum(r.full([2 ** 28], 0.1)), expected: 2 ** 28 * term },
  { name: "what is stored", made: () => sum(stored), expected: n * term },
  {
    name: "what is stored, and broadcast",
    made: () => sum(r.add(pictures, r.tensor([0.1]))),
    expected: 2 * n * term,
  },
  {
    name: "a number of terms that no lanes divide",
    made: () => sum(r.slice(stored, [1], [n - 2])),
    expected: (n - 3) * term,
  },
  { name: "eight columns", made: () => sum(reshape(stored, [-1, 8]), { axis: 0 }), expected: (n / 8) * term },
  { name: "four rows", made: () => sum(reshape(stored, [4, -1]), { axis: 1 }), expected: (n / 4) * term },
  {
    name: "the axis in the middle",
    made: () => sum(reshape(stored, [2, -1, 4]), { axis: 1 }),
    expected: (n / 8) * term,
  },
  {
    name: "the axes around it",
    made: () => sum(reshape(stored, [-1, 8, 8]), { axis: [0, 2] }),
    expected: (n / 8) * term,
  },
  {
    name: "three of four lanes",
    made: () => sum(r.slice(reshape(stored, [-1, 4]), [0, 0], [n / 4, 3])),
    expected: ((3 * n) / 4) * term,
  },
  { name: "every fourth number", made: () => sum(r.slice(stored, [0], [n], [4])), expected: (n / 4) * term },
  { name: "the mean", made: () => r.mean(stored), expected: term },
  { name: "a window as large as the picture", made: () => r.avgPool2d(pictures, 512), expected: term },
  {
    name: "d mean(0.1·(x + b)) / db",
    made: () => r.grad((b) => r.mean(r.mul(r.add(pictures, b), 0.1)))(r.tensor([0.5])),
    expected: term,
  },
  {
    name: "of a row that is picked a million times",
    made: () => r.grad((x) => r.mul(sum(r.gather(x, r.tensor(new Int32Array(n)))), 0.1))(r.tensor([1])),
    expected: n * term,
  },
  {
    name: "of pixels that lie in ten thousand boxes",
    made: () => {
      const boxes = r.broadcastTo(r.tensor([[0, 0, 0, 0.9, 0.9]]), [10_000, 5]);
      return r.grad((x) => r.mul(sum(r.roiAlign(x, boxes, 4)), 0.1))(r.ones([1, 1, 1, 1]));
    },
    expected: 160_000 * term,
  },
  {
    name: "of a depthwise filter",
    made: () =>
      r.grad((w) => sum(r.conv2d(reshape(pictures, [4, 512, 128, 4]), w, { groups: 4 })))(
        r.zeros([1, 1, 1, 4]),
      ),
    expected: (n / 4) * term,
  },
])("$name", async (given) => {
  expect(await worst(given)).toBeLessThan(2e-6);
});

test.each<Case>([
  {
    name: "a row times a column",
    made: () => r.matmul(reshape(stored, [1, n]), r.ones([n, 1])),
    expected: n * term,
  },
  {
    name: "a few rows",
    made: () => r.matmul(reshape(stored, [4, -1]), r.ones([n / 4, 16])),
    expected: (n / 4) * term,
  },
  {
    name: "a depth that nothing divides",
    made: () => r.matmul(r.reshape(r.slice(stored, [3], [n]), [1, n - 3]), r.ones([n - 3, 1])),
    expected: (n - 3) * term,
  },
  {
    name: "depth in columns",
    made: () => r.matmul(r.transpose(reshape(stored, [-1, 32])), reshape(stored, [-1, 32])),
    expected: (n / 32) * term * term,
  },
  {
    name: "the gradient of a filter",
    made: () => r.grad((w) => sum(r.conv2d(reshape(pictures, [2, 512, 128, 8]), w)))(r.zeros([1, 1, 8, 16])),
    expected: (n / 8) * term,
  },
])("the depth of products: $name", async (given) => {
  expect(await worst(given)).toBeLessThan(1e-5);
});

test("sums of whole numbers stay exact, broadcast ones too", async () => {
  const wide = r.broadcastTo(r.tensor(Int32Array.of(3, -5)), [70_001, 2]);
  expect([...(await sum(wide, { axis: 0 }).data())]).toEqual([210_003, -350_005]);
  expect(await sum(r.broadcastTo(r.tensor([true]), [12_345])).item()).toBe(12_345);
  expect(await sum(r.full([3], 0.25)).item()).toBe(0.75);
  expect([...(await sum(r.full([3, 2], 0.25), { axis: 0 }).data())]).toEqual([0.75, 0.75]);
  expect([...(await sum(r.full([3, 2], 0.25), { axis: 1 }).data())]).toEqual([0.5, 0.5, 0.5]);
  expect(await sum(r.full([3], Number.POSITIVE_INFINITY)).item()).toBe(Number.POSITIVE_INFINITY);
  expect(await r.max(r.full([1000, 3], -2)).item()).toBe(-2);
});

test("a sum in one pass with the place of the largest", async () => {
  const x = r.reshape(stored, [2, n / 2]);
  const [sums, places] = await r.compute([sum(x, { axis: 1 }), r.argmax(x, { axis: 1 })]);
  for (const value of sums) expect(Math.abs(value / ((n / 2) * term) - 1)).toBeLessThan(2e-6);
  expect([...places]).toEqual([0, 0]);
});
