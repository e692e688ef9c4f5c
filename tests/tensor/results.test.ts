/** What compiled functions answer with: tensors of known shape, on the device until somebody reads them. */
import { afterAll, describe, expect, test } from "vitest";
import { add, compile, compute, gradients, mul, openDevice, sum, tensor, variable } from "../../src/index.js";
import type { Engine } from "../../src/runtime/engine.js";
import type { Tensor } from "../../src/tensor/tensor.js";

/** Results from so many numbers on stay on the device. */
const large = 16384;
const ramp = (n: number, shape = [n]): Tensor =>
  tensor(
    Float32Array.from({ length: n }, (_, i) => i),
    shape,
  );

describe("results", () => {
  test("have the shapes and types that the function gave them, in any tree", async () => {
    const f = compile((x: Tensor) => ({
      one: sum(x),
      pair: [mul(x, 2), sum(x, { axis: 0 })] as const,
      inner: { none: [] as Tensor[], same: x },
    }));
    const { one, pair, inner } = await f(tensor([[1, 2, 3]]));
    expect([one, ...pair, inner.same].map(({ shape }) => shape)).toEqual([[], [1, 3], [3], [1, 3]]);
    expect(inner.none).toEqual([]);
    expect(await one.item()).toBe(6);
    expect([...pair[0].values!]).toEqual([2, 4, 6]);
    expect(String(pair[0])).toBe("Tensor(f32 1×3)\n[[2, 4, 6]]");
  });

  test.each([[0], [1], [large - 1], [large], [3 * large]])(
    "of %i numbers feed the next call, and are read after it",
    async (n) => {
      const f = compile((x: Tensor) => add(x, 1));
      let x = await f(ramp(n));
      for (let i = 0; i < 3; i++) x = await f(x);
      const values = await x.data();
      expect(values.length).toBe(n);
      expect(values.every((v, i) => v === i + 4)).toBe(true);
      expect(x.values).toEqual(values);
      // A reader's copy is the reader's.
      values.fill(-1);
      expect((await x.data()).every((v, i) => v === i + 4)).toBe(true);
      expect([...(await (await f(x)).data()).slice(0, 3)]).toEqual([5, 6, 7].slice(0, n));
    },
  );

  test("are not read by being held, and not computed again by being read", async () => {
    const before = variable([1]);
    let recorded = 0;
    const f = compile((x: Tensor) => {
      recorded++;
      return mul(x, before);
    });
    const y = await f(ramp(large));
    expect(y.values).toBeNull();
    expect(String(y)).toBe("Tensor(f32 16384, not read yet)");
    before.set([7]);
    expect((await y.data())[3]).toBe(3);
    expect(recorded).toBe(1);
    expect(y.values![3]).toBe(3);
  });

  test("are sources of other graphs, without gradients behind them", async () => {
    const x = ramp(large);
    const f = compile((t: Tensor) => mul(t, 3));
    const y = await f(x);
    expect(await sum(mul(y, y)).item()).toBeCloseTo(9 * (await sum(mul(x, x)).item()), -8);
    const total = sum(mul(y, 2));
    expect((await gradients(total, [y])[0].data())[5]).toBe(2);
    expect(() => gradients(total, [x])).toThrow("gradients: y does not reach x number 0 (16384)");
    // Captured instead of given.
    const z = await f(x);
    const g = compile((k: Tensor) => sum(mul(z, k)));
    const once = await (await g(tensor(1))).item();
    await z.data();
    expect(await (await g(tensor(1))).item()).toBe(once);
  });

  test("the same twice, and a variable, are what they were when the run ended", async () => {
    const v = variable(new Float32Array(large).fill(1));
    const f = compile((x: Tensor) => {
      const y = mul(x, v);
      return [y, y, v];
    });
    const [a, b, c] = await f(ramp(large));
    v.set(new Float32Array(large).fill(2));
    expect([a, b, c].map(({ shape }) => shape)).toEqual([[large], [large], [large]]);
    expect((await a.data())[9]).toBe(9);
    expect((await b.data())[9]).toBe(9);
    expect((await c.data())[9]).toBe(1);
  });
});

describe("compute", () => {
  test("reads any tree at once", async () => {
    const f = compile((x: Tensor) => ({ loss: sum(x), list: [x, mul(x, 2)] }));
    const { loss, list } = await compute(await f(tensor([1, 2])));
    expect(loss[0]).toBe(3);
    expect(list.map((values) => [...values])).toEqual([
      [1, 2],
      [2, 4],
    ]);
    expect(await compute([])).toEqual([]);
    expect([...(await compute(mul(tensor([2]), 4)))]).toEqual([8]);
  });

  test("names what is no tensor", async () => {
    await expect(compute({ a: 3 } as never)).rejects.toThrow(
      "compute: the argument.a is 3, expected a tensor, or lists and objects of them: tensor(3) is one",
    );
    await expect(compute(compile((x: Tensor) => x)(tensor([1])) as never)).rejects.toThrow(
      "compute: the argument is a Promise, expected a tensor, or lists and objects of them: await it first",
    );
  });
});

describe("between devices", () => {
  const opened: Promise<Engine> = openDevice("wasm", { threads: 1 }) as Promise<Engine>;
  afterAll(async () => (await opened).close());

  test("a large result goes where it is read; unread it belongs to its device", async () => {
    const there = await opened;
    const [make, take] = [
      compile((x: Tensor) => mul(x, 2)),
      compile((x: Tensor) => add(x, 1), { device: there }),
    ];
    const y = await make(ramp(large));
    if (y.storage?.device?.name !== there.name)
      await expect(take(y)).rejects.toThrow(
        /^compile: a result \(f32 16384\) lies on \w+, but the device asked for is wasm: await its data first$/,
      );
    await y.data();
    expect((await (await take(y)).data())[4]).toBe(9);
  });

  test("results that nobody keeps give their memory back", async () => {
    const there = await opened;
    const f = compile((x: Tensor) => mul(x, 2), { device: there });
    const x = ramp(2 ** 20);
    for (let i = 0; i < 400; i++) await f(x);
    expect(there.memory.usedBytes).toBeLessThan(2 ** 29);
    const read = await f(x);
    const held = there.memory.usedBytes;
    await read.data();
    expect(there.memory.usedBytes).toBeLessThan(held);
  }, 60_000);
});
