import { describe, expect, test } from "vitest";
import { compile, mul, type Tensor, tensor, variable } from "../../src/index.js";
import * as optim from "../../src/optim/index.js";
import { copyOf } from "../../src/training/weights.js";

/** Some steps on the parameters [1, −2] with the given gradients. */
async function steps(optimizer: optim.Optimizer, gradients: number[][], lr = optimizer.lr) {
  const w = variable(Float32Array.of(1, -2));
  const parameters = new Map([["conv1.filters", w]]);
  const { state, update } = optim.learner(optimizer, parameters);
  const step = compile((g: Tensor, at: optim.StepTensors) => {
    update([g], at);
    return [];
  });
  for (const [i, g] of gradients.entries()) await step(tensor(g), optim.stepTensors(lr, i + 1));
  const now = await copyOf(state);
  return { w: [...(await w.read())], state: new Map([...now].map(([path, { data }]) => [path, [...data]])) };
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
    [{ lr: 1, momentum: 0.9, dampening: -1 }, "sgd: dampening is -1, expected 0 ≤ dampening < 1"],
    [{ lr: 1, momentum: 0.9, dampening: 0.1, nesterov: true }, "sgd: nesterov takes no dampening"],
    [{ lr: 1, form: "keras" as "torch" }, 'sgd: form is "keras", expected "torch" or "caffe"'],
  ])("%o is refused", (options, message) => {
    expect(() => optim.sgd(options)).toThrow(new RangeError(message));
  });
});

test("when the learning rate falls, torch's momentum slows down at once, caffe's not", async () => {
  const walk = async (form: "torch" | "caffe") => {
    const w = variable(Float32Array.of(0));
    const parameters = new Map([["w", w]]);
    const optimizer = optim.sgd({ lr: 1, momentum: 0.5, form });
    const { update } = optim.learner(optimizer, parameters);
    const step = compile((lr: Tensor, step: Tensor) => {
      update([tensor([1])], { lr, step });
      return [];
    });
    await step(tensor(1), tensor(Int32Array.of(1), []));
    await step(tensor(0.1), tensor(Int32Array.of(2), []));
    return (await w.read())[0];
  };
  expect(await walk("torch")).toBeCloseTo(-1 - 0.1 * 1.5, 6);
  expect(await walk("caffe")).toBeCloseTo(-1 - 0.5 - 0.1, 6);
});

describe("clipNorm", () => {
  test("takes all parameters together, and leaves short gradients alone", async () => {
    const [a, b] = [variable(Float32Array.of(0, 0)), variable(Float32Array.of(0))];
    const parameters = new Map([
      ["a", a],
      ["b", b],
    ]);
    const optimizer = optim.clipNorm(optim.sgd({ lr: 1 }), { norm: 6.5 });
    const { update } = optim.learner(optimizer, parameters);
    const step = compile((scale: Tensor, lr: Tensor, step: Tensor) => {
      const gradients = [mul(tensor([3, 4]), scale), mul(tensor([12]), scale)];
      update(gradients, { lr, step });
      return [];
    });
    const first = tensor(Int32Array.of(1), []);
    await step(tensor(1), tensor(1), first); // of length 13
    close([...(await a.read()), ...(await b.read())], [-1.5, -2, -6], 5);
    await step(tensor(0.25), tensor(1), first); // of length 3.25
    close([...(await a.read()), ...(await b.read())], [-2.25, -3, -9], 5);
    expect(() => optim.clipNorm(optim.sgd({ lr: 1 }), { norm: 0 })).toThrow(
      new RangeError("clipNorm: norm is 0, expected a number above 0"),
    );
  });
});

describe("clipValue", () => {
  test("takes each component for itself", async () => {
    const { w } = await steps(optim.clipValue(optim.sgd({ lr: 1 }), { value: 0.5 }), [[3, -0.25]]);
    close(w, [0.5, -1.75]);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a bound of %d is refused", (value) => {
    expect(() => optim.clipValue(optim.sgd({ lr: 1 }), { value })).toThrow(
      new RangeError(`clipValue: value is ${value}, expected a number above 0`),
    );
  });
});

describe("an update is a function", () => {
  const w = variable(Float32Array.of(1, -2));
  const still = variable(Float32Array.of(5));
  const parameters = new Map([
    ["w", w],
    ["still", still],
  ]);
  const each = [
    optim.sgd({ lr: 0.1, momentum: 0.9 }),
    optim.adam(),
    optim.adamW(),
    optim.adagrad(),
    optim.rmsprop({ centred: true, momentum: 0.5 }),
    optim.adadelta(),
    optim.clipNorm(optim.sgd({ lr: 1 }), { norm: 1 }),
    optim.clipValue(optim.sgd({ lr: 1 }), { value: 1 }),
    optim.maxNorm(optim.sgd({ lr: 1 }), { norm: 1, only: ["w"] }),
  ];

  test.each(each.map((optimizer) => ({ optimizer, name: optimizer.name })))(
    "$name changes nothing itself, and leaves alone what has no gradient",
    async ({ optimizer }) => {
      const state = optimizer.state(parameters);
      const at = optim.stepTensors(0.1, 1);
      const next = optimizer.update(parameters, new Map([["w", tensor([1, 2])]]), { ...at, state });
      expect(next.parameters.get("still")).toBe(still);
      for (const [name, value] of state)
        if (name.endsWith("/still")) expect(next.state.get(name)).toBe(value);
      expect([...next.state.keys()].sort()).toEqual([...state.keys()].sort());
      expect(await next.parameters.get("w")!.data()).not.toEqual(await w.read());
      expect([...(await w.read())]).toEqual([1, -2]);
      for (const value of state.values()) expect(Math.max(...(await value.read()))).toBe(0);
    },
  );
});

describe("maxNorm", () => {
  const take = async (options: optim.MaxNormOptions) => {
    const weights = variable(Float32Array.of(3, 0, 1, 4, 0, 1), [2, 3]);
    const bias = variable(Float32Array.of(9));
    const parameters = new Map([
      ["dense1.weights", weights],
      ["dense1.bias", bias],
    ]);
    const optimizer = optim.maxNorm(optim.sgd({ lr: 1 }), options);
    const { update } = optim.learner(optimizer, parameters);
    const step = compile((lr: Tensor, step: Tensor) => {
      const gradients = [
        tensor([
          [0, 0, 0],
          [0, 0, 0],
        ]),
        tensor([0]),
      ];
      update(gradients, { lr, step });
      return [];
    });
    await step(tensor(1), tensor(Int32Array.of(1), []));
    return { weights: [...(await weights.read())], bias: [...(await bias.read())] };
  };

  test("shortens the weights of a unit that are too long, not those of others, and not biases", async () => {
    const { weights, bias } = await take({ norm: 2.5 });
    close(weights, [1.5, 0, 1, 2, 0, 1]);
    expect(bias).toEqual([9]);
  });

  test("of the parameters that are named", async () => {
    const { weights, bias } = await take({ norm: 2.5, only: ["dense1.bias"] });
    expect(weights).toEqual([3, 0, 1, 4, 0, 1]);
    close(bias, [2.5]);
    await expect(take({ norm: 1, only: ["dense2.weights"] })).rejects.toThrow(
      new TypeError("maxNorm: there is no parameter dense2.weights; there are dense1.weights, dense1.bias"),
    );
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
    const { state, update } = optim.learner(optimizer, parameters);
    state.get("square/w")!.set([4]);
    state.get("mean/w")!.set([2]);
    const step = compile((step: Tensor, lr: Tensor) => {
      update([tensor([2])], { lr, step });
      return [];
    });
    await step(tensor(Int32Array.of(1_000_000), []), tensor(0.1));
    close([...(await w.read())], [0.9]);
  });
});

test("an optimizer is made again from its description", () => {
  const options = { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 };
  const optimizers = [
    optim.sgd(options),
    optim.adam({ beta1: 0.8 }),
    optim.adamW({ weightDecay: 0.2 }),
    optim.adagrad({ lrDecay: 0.1 }),
    optim.rmsprop({ centred: true }),
    optim.adadelta({ rho: 0.9 }),
    optim.clipNorm(optim.sgd({ lr: 0.3, form: "caffe" }), { norm: 2 }),
    optim.clipValue(optim.sgd({ lr: 0.3 }), { value: 2 }),
    optim.maxNorm(optim.clipNorm(optim.adadelta(), { norm: 5 }), { norm: 3, only: ["dense1.weights"] }),
  ];
  for (const optimizer of optimizers) {
    const description = JSON.parse(JSON.stringify(optimizer.describe()));
    const again = optim.fromDescription(description);
    expect(again.name).toBe(optimizer.name);
    expect(again.lr).toBe(optimizer.lr);
    expect(again.describe()).toEqual(description);
  }
  expect(() => optim.fromDescription({ name: "lion", options: {} })).toThrow(
    new TypeError(
      'optim: there is no optimizer "lion"; there are adadelta, adagrad, adam, adamW, clipNorm, clipValue, lazyRows, maxNorm, rmsprop, sgd',
    ),
  );
});

test("a state that was made for other parameters is refused", async () => {
  const w = variable(Float32Array.of(1));
  const optimizer = optim.sgd({ lr: 0.1, momentum: 0.9 });
  const step = compile((lr: Tensor, step: Tensor) => {
    optimizer.update(new Map([["a", w]]), new Map([["a", tensor([1])]]), {
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
