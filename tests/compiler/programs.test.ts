import { describe, expect, test } from "vitest";
import { linearise } from "../../src/compiler/graph.js";
import { programFor } from "../../src/compiler/plan.js";
import * as receptive from "../../src/index.js";
import type { Program } from "../../src/runtime/program.js";
import { wasmTarget } from "../../src/targets/wasm/emitter.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { compiled } from "../checks/compiled.js";

const { add, compute, conv2d, matmul, maxPool2d, mul, relu, softmax, sum, tensor, zeros } = receptive;
const target = wasmTarget({ relaxedSimd: false });

const programOf = async (...outputs: Tensor[]): Promise<Program> => programFor(target, linearise(outputs));
const names = (program: Program): string[] => program.launches.map(({ name }) => name);
/** A leaf with values of its own, so that equal leaves are not taken for one. */
const leaf = (...shape: number[]): Tensor =>
  tensor(new Float32Array(shape.reduce((n, d) => n * d, 1)), shape);

describe("what becomes one kernel", () => {
  test("a chain of element-wise operations", async () => {
    const [x, y] = [leaf(5, 7), leaf(7)];
    expect(names(await programOf(relu(add(mul(x, 2), y))))).toEqual(["mul + add + relu"]);
  });

  test("bias and activation go into the convolution's store", async () => {
    const y = relu(add(conv2d(leaf(2, 8, 8, 3), leaf(3, 3, 3, 4)), leaf(4)));
    expect(names(await programOf(y)).filter((name) => !name.startsWith("copy"))).toEqual([
      "conv2d 3×3×3→4 + add + relu",
    ]);
  });

  test("a padded input is computed right inside its border", async () => {
    const x = relu(add(leaf(2, 8, 8, 4), 1));
    const y = conv2d(x, leaf(3, 3, 4, 4), { padding: "same" });
    const launched = names(await programOf(y));
    expect(launched).toContain("add + relu into place");
    expect(launched.filter((name) => name.startsWith("copy 2×8×8"))).toEqual([]); // no copy of the picture
  });

  test("what is seen from many places is computed once", async () => {
    const shifted = (x: Tensor): Tensor =>
      [0, 1, 2, 3]
        .map((d) => receptive.slice(x, [d], [x.size - 3 + d]))
        .reduce((total, part) => add(total, part));
    expect(names(await programOf(shifted(shifted(leaf(100)))))).toHaveLength(2); // not one with 16 loads
    expect(names(await programOf(shifted(mul(leaf(100), 2))))).toHaveLength(1); // that is soon computed again
  });

  test("views cost no kernel", async () => {
    const x = leaf(4, 6);
    const y = receptive.reshape(receptive.transpose(receptive.slice(x, [0, 1], [4, 5])), [2, 8]);
    expect(names(await programOf(add(y, 1)))).toHaveLength(1);
  });

  test("softmax takes four: the maximum, the exponentials, their sum, the quotient", async () => {
    expect(names(await programOf(softmax(leaf(9, 10))))).toEqual(["max", "sub + exp", "sum", "div"]);
  });

  test("max pooling and its switches", async () => {
    const x = relu(leaf(1, 8, 8, 4));
    const program = await programOf(maxPool2d(x, 2), receptive.maxPool2dSwitches(x, 2));
    expect(names(program).filter((name) => name.includes("argmax"))).toEqual(["max and argmax"]);
  });

  test("sums over the same pixels take one pass, whatever is done with each", async () => {
    const [x, y] = [leaf(8, 6, 6, 32), leaf(8, 6, 6, 32)];
    const axis = [0, 1, 2];
    const [a, b, c] = [sum(x, { axis }), sum(mul(x, y), { axis }), sum(mul(y, y), { axis })];
    // What is done with the result of one of them comes after the pass; the third shares nothing with the first.
    expect(names(await programOf(mul(a, 3), b)).filter((name) => name.includes("sum"))).toEqual([
      "sum and sum",
    ]);
    expect(names(await programOf(a, c))).toHaveLength(2);
  });

  test("a sum that needs another one is not done in its pass", async () => {
    const x = leaf(8, 6, 6, 32);
    const axis = [0, 1, 2];
    const distance = receptive.sub(x, mul(sum(x, { axis }), 1 / 288));
    const launched = names(await programOf(sum(mul(distance, distance), { axis })));
    expect(launched.filter((name) => name.includes("sum"))).toHaveLength(2);
    expect(launched.filter((name) => name.includes(" and "))).toEqual([]);
  });

  test("batch normalisation reads its input twice, and so does its gradient", async () => {
    const { nn } = receptive;
    const model = nn.sequential(nn.batchNorm());
    model.build([6, 6, 32]);
    const x = leaf(8, 6, 6, 32);
    const dy = leaf(8, 6, 6, 32);
    const readers = (program: Program, size: number): number =>
      program.launches.filter(({ arguments: read, work }) => {
        const { location } = program.sources.find((s) => s.size === size)!;
        return work >= size && read.some((place) => JSON.stringify(place) === JSON.stringify(location));
      }).length;
    expect(readers(await programOf(model(x, { training: true })), x.size)).toBe(2);
    const [dx] = receptive.gradients(sum(mul(model(x, { training: true }), dy)), [x]);
    expect(names(await programOf(dx)).filter((name) => name.includes("sum and"))).toHaveLength(2);
  });

  test("sums and products of few results are cut into parts enough for 64 threads", async () => {
    const product = (counts: readonly number[]): number => counts.reduce((n, count) => n * count, 1);
    /** Into how many parts the largest launch cuts each of so many results. */
    const parts = async (y: Tensor, results: number): Promise<number> => {
      const { launches } = await programOf(y);
      const [{ task }] = [...launches].sort((a, b) => b.work - a.work);
      if (task.kind === "reduce") return product(task.kept) / results;
      if (task.kind !== "contraction") throw new Error(`a ${task.kind}`);
      return product(task.contraction.batch.map(({ count }) => count));
    };
    // The pictures are too few: their rows are cut, too.
    expect(await parts(sum(leaf(16, 64, 64, 8), { axis: [0, 1, 2] }), 8)).toBe(64);
    expect(await parts(sum(leaf(1 << 16)), 1)).toBe(64);
    // Parts of less than 512 terms would cost more than they bring.
    expect(await parts(sum(leaf(16, 32, 16, 8), { axis: [0, 1, 2] }), 8)).toBe(16);
    const [x, w] = [leaf(16, 66, 66, 3), leaf(3, 3, 3, 8)];
    const [gradient] = receptive.gradients(sum(receptive.conv2d(x, w)), [w]);
    expect(await parts(gradient, 216)).toBe(64);
    expect(await parts(receptive.matmul(leaf(1, 2048), leaf(2048, 1000)), 1000)).toBe(16);
  });

  test("an update with momentum, in place", async () => {
    const [w, v] = [receptive.variable(new Float32Array(8).fill(1)), receptive.variable(new Float32Array(8))];
    const step = receptive.compile((g: Tensor) => {
      const speed = add(mul(v, 0.5), g);
      receptive.assign(v, speed);
      receptive.assign(w, receptive.sub(w, speed));
      return [];
    });
    await step(tensor(new Float32Array(8).fill(2)));
    await step(tensor(new Float32Array(8).fill(2)));
    expect([...(await v.read())]).toEqual(new Array(8).fill(3));
    expect([...(await w.read())]).toEqual(new Array(8).fill(-4));
  });
});

describe("memory", () => {
  test("buffers that live at different times share their place", async () => {
    let x: Tensor = leaf(1000);
    // Each sum needs the whole of x before its broadcast comes back: ten buffers of 1000, two alive at a time.
    for (let i = 0; i < 10; i++) x = mul(x, add(sum(x), 1));
    const bytes = (await programOf(x)).arenaBytes;
    expect(bytes).toBeLessThan(4 * 4200);
  });

  test("results do not depend on what the arena held before", async () => {
    const x = tensor(
      Float32Array.from({ length: 60 }, (_, i) => i),
      [5, 12],
    );
    const once = await matmul(x, receptive.transpose(x)).data();
    await compute([mul(zeros([5000]), Number.NaN)]);
    const again = await matmul(x, receptive.transpose(x)).data();
    expect(again).toEqual(once);
  });
});

describe("rows that would push each other out of the cache", () => {
  test("are spaced, by whoever computes them, and the product is the same", async () => {
    const [m, k, n] = [20, 1024, 24];
    const x = Float32Array.from({ length: m * k }, (_, i) => ((i * 7) % 11) - 5);
    const w = Float32Array.from({ length: k * n }, (_, i) => ((i * 5) % 13) - 6);
    const left = relu(tensor(x, [m, k]));
    const y = matmul(left, tensor(w, [k, n]));
    const launched = names(await programOf(y));
    expect(launched.filter((name) => name.includes("relu"))).toEqual(["relu into place"]);
    const expected = Array.from({ length: m * n }, (_, i) => {
      let sum = 0;
      for (let d = 0; d < k; d++) sum += Math.max(0, x[Math.floor(i / n) * k + d]) * w[d * n + (i % n)];
      return sum;
    });
    expect([...(await y.data())]).toEqual(expected); // small whole numbers: exact in f32
  });
});

describe("the program cache", () => {
  test("equal structure, equal program: numbers are no part of it", async () => {
    expect(await programOf(add(leaf(3), 1))).toBe(await programOf(add(leaf(3), 2)));
    expect(await programOf(add(leaf(3), 1))).not.toBe(await programOf(add(leaf(4), 1)));
    expect(await programOf(add(leaf(3), 1))).not.toBe(await programOf(mul(leaf(3), 1)));
  });

  test("a compiled function is recorded once for each shape", async () => {
    let recorded = 0;
    const f = compiled((x: Tensor) => {
      recorded++;
      return sum(x);
    });
    for (const n of [3, 3, 4, 3, 4]) expect([...(await f(tensor(new Float32Array(n).fill(1))))]).toEqual([n]);
    expect(recorded).toBe(2);
  });
});

describe("assignments", () => {
  const [one, two] = [Float32Array.of(1, 2), Float32Array.of(3, 4)];

  test("two variables exchange their values", async () => {
    const [a, b] = [receptive.variable(one), receptive.variable(two)];
    await receptive.compile(() => {
      receptive.assign(a, b);
      receptive.assign(b, a);
      return [];
    })();
    expect([...(await a.read()), ...(await b.read())]).toEqual([3, 4, 1, 2]);
  });

  test("whoever reads a variable in the same step sees the old value", async () => {
    const a = receptive.variable(one);
    const seen = await compiled(() => {
      receptive.assign(a, add(a, 10));
      return { total: sum(a), turned: receptive.flip(a, 0) };
    })();
    expect([...seen.total, ...seen.turned]).toEqual([3, 2, 1]);
    expect([...(await a.read())]).toEqual([11, 12]);
  });

  test("a value that depends on other places of the variable", async () => {
    const a = receptive.variable(Float32Array.from({ length: 1000 }, (_, i) => i));
    await receptive.compile(() => {
      receptive.assign(a, add(receptive.flip(a, 0), 0));
      return [];
    })();
    expect([...(await a.read())]).toEqual(Array.from({ length: 1000 }, (_, i) => 999 - i));
  });

  test("the last assignment holds", async () => {
    const a = receptive.variable(one);
    await receptive.compile(() => {
      receptive.assign(a, add(a, 1));
      receptive.assign(a, add(a, 5));
      return [];
    })();
    expect([...(await a.read())]).toEqual([6, 7]);
  });

  test("outside a compiled function there is none", () => {
    const a = receptive.variable(one);
    expect(() => receptive.assign(a, a)).toThrow(
      "assign: only inside a function given to compile(); outside, use variable.set(values)",
    );
  });

  test("of another shape", async () => {
    const a = receptive.variable(one);
    const step = receptive.compile(() => {
      receptive.assign(a, sum(a));
      return [];
    });
    await expect(step()).rejects.toThrow("assign: the variable is f32 2, the value f32 a single number");
  });
});

describe("compiled functions", () => {
  test("take and give trees", async () => {
    const f = compiled((x: { a: Tensor; b: Tensor[] }) => ({
      total: add(x.a, x.b[1]),
      list: [x.b[0]],
    }));
    const result = await f({ a: tensor([1]), b: [tensor([2]), tensor([3])] });
    expect([...result.total]).toEqual([4]);
    expect([...result.list[0]]).toEqual([2]);
  });

  test("an argument whose numbers are not known", async () => {
    const f = receptive.compile((x: Tensor) => x);
    await expect(f(add(tensor([1]), 1))).rejects.toThrow(
      "compile: argument 0 (1) has no numbers yet: await its data first",
    );
  });
});

describe("memory", () => {
  test("a backward pass keeps the results of the layers, and no gradients that it is through with", async () => {
    const [rows, width] = [4096, 32];
    const arenaBytes = async (depth: number): Promise<number> => {
      const weights = Array.from({ length: depth }, () => leaf(width, width));
      const y = weights.reduce((x, w) => relu(matmul(x, w)), leaf(rows, width));
      return (await programOf(...receptive.gradients(sum(mul(y, y)), weights))).arenaBytes;
    };
    const perLayer = ((await arenaBytes(12)) - (await arenaBytes(4))) / 8;
    expect(perLayer / (rows * width * 4)).toBeLessThan(1.2);
  });
});
