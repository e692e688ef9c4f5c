import { describe, expect, test } from "vitest";
import * as r from "../../src/index.js";

const { add, mul, sigmoid, relu, sum, tensor } = r;

/** Graphs as deep and as entangled as they come: compiling takes time in proportion to them, and no stack. */
const depth = 3000;
const times = (n: number, x: r.Tensor, f: (x: r.Tensor, i: number) => r.Tensor): r.Tensor => {
  let y = x;
  for (let i = 0; i < n; i++) y = f(y, i);
  return y;
};
const row = (...values: number[]): r.Tensor => tensor(values);
const turn = tensor([
  [0, 1],
  [-1, 0],
]); // four times is once round

interface Case {
  name: string;
  made: () => r.Tensor;
  expected: number[];
}

describe.each<Case>([
  {
    name: "x = (x + x) / 2",
    made: () => times(depth, row(0.5, 3), (x) => mul(add(x, x), 0.5)),
    expected: [0.5, 3],
  },
  { name: "x = x + x of one number", made: () => times(100, row(1), (x) => add(x, x)), expected: [2 ** 100] },
  {
    name: "x = 2 x·σ(x), where 2·σ(0) is 1",
    made: () => times(depth, row(0, 0), (x) => mul(2, mul(x, sigmoid(x)))),
    expected: [0, 0],
  },
  {
    name: "its gradient",
    made: () => r.grad((x) => sum(times(depth, x, (y) => mul(2, mul(y, sigmoid(y))))))(row(0, 0)),
    expected: [1, 1],
  },
  {
    name: "a sum of so many terms",
    made: () => times(depth, row(1), (x) => add(x, row(1))),
    expected: [depth + 1],
  },
  {
    name: "rectifiers",
    made: () => r.grad((x) => sum(times(depth, x, (y) => relu(add(y, 0.001)))))(row(1, -5)),
    expected: [1, 0],
  },
  {
    name: "matrix products",
    made: () => times(depth, r.reshape(row(1, 2), [1, 2]), (x) => r.matmul(x, turn)),
    expected: [1, 2],
  },
  {
    name: "the gradient of matrix products",
    made: () =>
      r.grad((x) =>
        sum(
          mul(
            times(depth, x, (y) => r.matmul(y, turn)),
            row(3, 4),
          ),
        ),
      )(r.reshape(row(1, 2), [1, 2])),
    expected: [3, 4],
  },
  { name: "sums", made: () => times(depth, row(1, 2), (x) => r.div(x, sum(x))), expected: [1 / 3, 2 / 3] },
  {
    name: "views",
    made: () =>
      times(
        depth,
        tensor([
          [1, 2],
          [3, 4],
        ]),
        (x, i) => (i % 2 ? r.flip(x, 0) : r.transpose(x)),
      ),
    expected: [1, 2, 3, 4],
  },
  {
    name: "views of sums of views",
    made: () =>
      times(50, r.ones([64]), (x) => mul(0.5, add(r.slice(x, [1], [x.size]), r.slice(x, [0], [x.size - 1])))),
    expected: new Array(14).fill(1),
  },
  {
    name: "two views of each",
    made: () => times(60, r.ones([4, 4]), (x) => mul(0.5, add(r.transpose(x), r.flip(x, 0)))),
    expected: new Array(16).fill(1),
  },
])("$name", ({ made, expected }) => {
  test("is computed", async () => {
    const actual = await made().data();
    expect(actual.length).toBe(expected.length);
    expected.forEach((value, i) => {
      expect(actual[i]).toBeCloseTo(value, 3);
    });
  });
});

test("a tree of sums, and thousands of inputs", async () => {
  let terms = Array.from({ length: 5000 }, (_, i) => row(i, 1));
  while (terms.length > 1)
    terms = terms.flatMap((x, i) => (i % 2 ? [] : [i + 1 < terms.length ? add(x, terms[i + 1]) : x]));
  expect([...(await terms[0].data())]).toEqual([(4999 * 5000) / 2, 5000]);
});

test("five thousand parts side by side, and the gradient of each", async () => {
  const parts = Array.from({ length: 5000 }, (_, i) => tensor([[i], [i]]));
  const whole = await r.concat(parts, { axis: 1 }).data();
  expect([whole.length, whole[4999], whole[5000]]).toEqual([10_000, 4999, 0]);
  const weights = r.cast(r.range(5000), "f32");
  const slopes = r.grad((xs: r.Tensor[]) => sum(mul(r.concat(xs, { axis: 1 }), weights)))(parts);
  const [first, last] = await r.compute([slopes[1], slopes[4999]]);
  expect([...first, ...last]).toEqual([1, 1, 4999, 4999]);
});

test("every value of a long chain is asked for", async () => {
  const values: r.Tensor[] = [];
  times(depth, row(1, 2), (x) => {
    values.push(add(x, 1));
    return values[values.length - 1];
  });
  const all = await r.compute(values);
  expect([...all[depth - 1]]).toEqual([depth + 1, depth + 2]);
});

test("twice the depth takes little more than twice the time", async () => {
  const seconds = async (n: number): Promise<number> => {
    const before = process.cpuUsage();
    await times(n, row(0.5, 1), (x, i) => (i % 4 ? mul(x, sigmoid(x)) : r.div(x, sum(x)))).data();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  await seconds(1000);
  const [short, long] = [await seconds(2500), await seconds(10_000)];
  expect(long).toBeLessThan(4 * 2.5 * Math.max(short, 0.1)); // quadratic would be 16 times
});
