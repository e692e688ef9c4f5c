import { describe, expect, test } from "vitest";
import { compile, type Tensor, tensor, variable } from "../../src/index.js";
import * as optim from "../../src/optim/index.js";

/** Some steps on the parameters [1, −2] with the given gradients. */
async function steps(optimizer: optim.Optimizer, gradients: number[][], lr = optimizer.lr) {
  const w = variable(Float32Array.of(1, -2));
  const parameters = new Map([["conv1.filters", w]]);
  const state = optimizer.state(parameters);
  const step = compile((g: Tensor, lr: Tensor, step: Tensor) => {
    optimizer.update(parameters, [g], { lr, step, state });
    return [];
  });
  for (const [i, g] of gradients.entries())
    await step(tensor(g), tensor(lr), tensor(Int32Array.of(i + 1), []));
  return { w: [...w.read()], state: new Map([...state].map(([path, v]) => [path, [...v.read()]])) };
}

const close = (actual: number[], expected: number[], digits = 6) =>
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], digits);
  });

describe("sgd", () => {
  test("without anything is w − lr · g", async () => {
    const { w, state } = await steps(optim.sgd({ lr: 0.5 }), [[1, 2]]);
    close(w, [0.5, -3]);
    expect(state.size).toBe(0);
  });

  test("momentum is PyTorch's: v ← μ·v + g", async () => {
    const { w, state } = await steps(optim.sgd({ lr: 0.1, momentum: 0.9 }), [
      [1, 2],
      [3, -1],
    ]);
    // v: [1, 2], then [3.9, 0.8]
    close(state.get("momentum/conv1.filters")!, [3.9, 0.8]);
    close(w, [1 - 0.1 - 0.39, -2 - 0.2 - 0.08]);
  });

  test("Nesterov steps by g + μ·v", async () => {
    const { w } = await steps(optim.sgd({ lr: 0.1, momentum: 0.9, nesterov: true }), [
      [1, 2],
      [3, -1],
    ]);
    close(w, [1 - 0.1 * (1 + 0.9) - 0.1 * (3 + 0.9 * 3.9), -2 - 0.1 * (2 + 1.8) - 0.1 * (-1 + 0.9 * 0.8)]);
  });

  test("weight decay adds to the gradient", async () => {
    const { w } = await steps(optim.sgd({ lr: 0.1, weightDecay: 0.5 }), [[1, 2]]);
    close(w, [1 - 0.1 * 1.5, -2 - 0.1 * 1]);
  });

  test("the learning rate comes with the step", async () => {
    const { w } = await steps(optim.sgd({ lr: 0.1 }), [[1, 2]], 1);
    close(w, [0, -4]);
  });

  test.each([
    [{ lr: -1 }, "sgd: lr is -1, expected a number of at least 0"],
    [{ lr: Number.NaN }, "sgd: lr is NaN, expected a number of at least 0"],
    [{ lr: 1, momentum: 1 }, "sgd: momentum is 1, expected 0 ≤ momentum < 1"],
    [{ lr: 1, nesterov: true }, "sgd: nesterov needs a momentum, such as 0.9"],
  ])("%o is refused", (options, message) => {
    expect(() => optim.sgd(options)).toThrow(new RangeError(message));
  });
});

describe("adam", () => {
  test("two steps by hand", async () => {
    const { w, state } = await steps(optim.adam({ lr: 0.1 }), [
      [0.5, -4],
      [-1, 2],
    ]);
    const byHand = (start: number, [g1, g2]: [number, number]) => {
      const first = start - (0.1 * g1) / (Math.abs(g1) + 1e-8); // m̂ = g, √v̂ = |g|
      const m = 0.9 * 0.1 * g1 + 0.1 * g2;
      const v = 0.999 * 0.001 * g1 ** 2 + 0.001 * g2 ** 2;
      return { w: first - (0.1 * (m / (1 - 0.81))) / (Math.sqrt(v / (1 - 0.999 ** 2)) + 1e-8), m, v };
    };
    const expected = [byHand(1, [0.5, -1]), byHand(-2, [-4, 2])];
    close(
      w,
      expected.map((e) => e.w),
    );
    close(
      state.get("mean/conv1.filters")!,
      expected.map((e) => e.m),
    );
    close(
      state.get("square/conv1.filters")!,
      expected.map((e) => e.v),
      8,
    );
  });

  test("weight decay adds to the gradient", async () => {
    const decayed = await steps(optim.adam({ lr: 0.1, weightDecay: 0.5 }), [[1, 3]]);
    const plain = await steps(optim.adam({ lr: 0.1 }), [[1.5, 2]]);
    expect(decayed).toEqual(plain);
  });

  test("after very many steps nothing is left to correct", async () => {
    const optimizer = optim.adam({ lr: 0.1 });
    const w = variable(Float32Array.of(1));
    const parameters = new Map([["w", w]]);
    const state = optimizer.state(parameters);
    state.get("square/w")!.set([4]);
    state.get("mean/w")!.set([2]);
    const step = compile((step: Tensor, lr: Tensor) => {
      optimizer.update(parameters, [tensor([2])], { lr, step, state });
      return [];
    });
    await step(tensor(Int32Array.of(1_000_000), []), tensor(0.1));
    close([...w.read()], [0.9]);
  });
});

test("an optimizer is made again from its description", () => {
  const options = { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 };
  for (const optimizer of [optim.sgd(options), optim.adam({ beta1: 0.8 })]) {
    const description = JSON.parse(JSON.stringify(optimizer.describe()));
    const again = optim.fromDescription(description);
    expect(again.name).toBe(optimizer.name);
    expect(again.lr).toBe(optimizer.lr);
    expect(again.describe()).toEqual(description);
  }
  expect(() => optim.fromDescription({ name: "lion", options: {} })).toThrow(
    new TypeError('optim: there is no optimizer "lion"; there are adam, sgd'),
  );
});

test("a state that was made for other parameters is refused", async () => {
  const w = variable(Float32Array.of(1));
  const optimizer = optim.sgd({ lr: 0.1, momentum: 0.9 });
  const step = compile((lr: Tensor, step: Tensor) => {
    optimizer.update(new Map([["a", w]]), [tensor([1])], {
      lr,
      step,
      state: optimizer.state(new Map([["b", w]])),
    });
    return [];
  });
  await expect(step(tensor(1), tensor(Int32Array.of(1), []))).rejects.toThrow(
    new TypeError("sgd: the state has no momentum/a: it was made for other parameters"),
  );
});
