/** What goes into a compiled function, and what must not come out of it by another way. */
import { describe, expect, test } from "vitest";
import {
  add,
  assign,
  compile,
  compute,
  gradients,
  matmul,
  mul,
  nn,
  square,
  sum,
  type Tree,
  tensor,
  variable,
} from "../../src/index.js";
import type { Tensor } from "../../src/tensor/tensor.js";

const outside = (speaker: string, what: string) =>
  `${speaker}: an argument (${what}) of a compiled function is used outside of it, where it has no numbers: return what depends on it`;

describe("an argument that leaves its function", () => {
  async function leaked(shape = [3]): Promise<{ x: Tensor; y: Tensor }> {
    let found: { x: Tensor; y: Tensor } | undefined;
    const n = shape.reduce((a, b) => a * b, 1);
    await compile((x: Tensor) => {
      found = { x, y: mul(x, 2) };
      return x;
    })(tensor(new Float32Array(n), shape));
    await add(tensor([77, 78, 79]), 0.5).data();
    return found!;
  }

  test("has no numbers", async () => {
    const { x, y } = await leaked();
    const text = outside("data", "f32 3");
    await expect(y.data()).rejects.toThrow(text);
    await expect(x.data()).rejects.toThrow(text);
    await expect(compute([tensor([1]), y])).rejects.toThrow(text);
    await expect(add(y, variable([1, 2, 3])).data()).rejects.toThrow(text);
    await expect(sum(y).item()).rejects.toThrow(text);
  });

  test("has none in gradients", async () => {
    const { x, y } = await leaked();
    const [g] = gradients(sum(square(y)), [x]);
    await expect(g.data()).rejects.toThrow(outside("data", "f32 3"));
  });

  test("has none in another function", async () => {
    const { y } = await leaked();
    await expect(compile((z: Tensor) => add(z, y))(tensor([1, 2, 3]))).rejects.toThrow(
      outside("compile", "f32 3"),
    );
    const v = variable([0, 0, 0]);
    await expect(
      compile((z: Tensor) => {
        assign(v, y);
        return z;
      })(tensor([1])),
    ).rejects.toThrow(outside("compile", "f32 3"));
    expect([...(await v.read())]).toEqual([0, 0, 0]);
    await expect(compile((z: Tensor) => z)(y)).rejects.toThrow(
      "compile: argument 0 (3) has no numbers yet: await its data first",
    );
  });

  test("has none in a model", async () => {
    const { x } = await leaked([1, 3]);
    const model = nn.sequential(nn.dense(2));
    await expect(model(x).data()).rejects.toThrow(outside("data", "f32 1×3"));
  });

  test("has none while it is recorded either", async () => {
    let asked: Promise<unknown> | undefined;
    await compile((x: Tensor) => {
      asked = mul(x, 2).data().catch(String);
      return x;
    })(tensor([1, 2, 3]));
    expect(await asked).toBe(`TypeError: ${outside("data", "f32 3")}`);
  });
});

test("a compiled function within another one is refused at the call", async () => {
  const inner = compile((x: Tensor) => mul(x, 2));
  const text =
    "compile: a compiled function is called while another one is recorded: call the function that it was made of";
  const outer = compile((x: Tensor) => {
    inner(x);
    return x;
  });
  await expect(outer(tensor([1]))).rejects.toThrow(text);
  const known = tensor([1]);
  await expect(
    compile((x: Tensor) => {
      inner(known);
      return x;
    })(tensor([1])),
  ).rejects.toThrow(text);
  expect([...(await compute(await inner(tensor([1]))))]).toEqual([2]);
});

test("assign takes variables and tensors", async () => {
  const v = variable([1, 2, 3]);
  const recorded = (target: unknown, value: unknown) =>
    compile((x: Tensor) => {
      assign((target === "x" ? x : target) as typeof v, (value ?? x) as Tensor);
      return x;
    })(tensor([1, 2, 3]));
  const text = "expected a variable; arguments of a compiled function are none";
  await expect(recorded("x", null)).rejects.toThrow(
    `assign: the first argument is a tensor (f32 3), ${text}`,
  );
  await expect(recorded(3, null)).rejects.toThrow("assign: the first argument is 3, expected a variable");
  await expect(recorded(v, 3)).rejects.toThrow("assign: the value is 3, expected a tensor");
  await expect(recorded(v, [1, 2, 3])).rejects.toThrow("assign: the value is [1, 2, 3], expected a tensor");
});

describe("arguments and results are tensors, and lists and objects of them", () => {
  const tensors = "expected a tensor, or lists and objects of them";
  const f = compile((...args: Tensor[]) => args[0]) as unknown as (...args: unknown[]) => Promise<unknown>;
  test.each([
    [[tensor([1]), 0.1], `argument 1 is 0.1, ${tensors}: tensor(0.1) is one`],
    [[tensor([1]), true], `argument 1 is true, ${tensors}: tensor(true) is one`],
    [[Float32Array.of(1)], `argument 0 is a Float32Array of 1, ${tensors}: tensor(…) makes one of it`],
    [[{ a: tensor([1]), b: { c: 3 } }], `argument 0.b.c is 3, ${tensors}: tensor(3) is one`],
    [[[tensor([1]), null]], `argument 0.1 is null, ${tensors}`],
    [[undefined], `argument 0 is undefined, ${tensors}`],
    [["x"], `argument 0 is "x", ${tensors}`],
    [[new Map([["a", tensor([1])]])], `argument 0 is a Map, ${tensors}`],
    [
      [Promise.resolve(tensor([1]))],
      `argument 0 is a Promise, ${tensors}: a compiled function is recorded and cannot wait`,
    ],
  ])("argument %#", async (args, text) => {
    await expect(f(...args)).rejects.toThrow(new TypeError(`compile: ${text}`));
  });

  test.each([
    [3, `the result is 3, ${tensors}: tensor(3) is one`],
    [undefined, `the result is undefined, ${tensors}`],
    [{ loss: tensor([1]), rate: 0.5 }, `the result.rate is 0.5, ${tensors}: tensor(0.5) is one`],
    [
      Promise.resolve(tensor([1])),
      `the result is a Promise, ${tensors}: a compiled function is recorded and cannot wait`,
    ],
  ])("result %#", async (result, text) => {
    await expect(compile((_: Tensor) => result as unknown as Tree)(tensor([1]))).rejects.toThrow(
      new TypeError(`compile: ${text}`),
    );
  });

  test("keys of objects are told apart", async () => {
    const sums = compile((x: { [key: string]: Tensor }) =>
      matmul(Object.values(x)[0], Object.values(x).at(-1)!),
    );
    const a = tensor([[1, 2]]);
    const b = tensor([[3], [4]]);
    expect([...(await compute(await sums({ a, b })))]).toEqual([11]);
    expect([...(await compute(await sums({ b, a })))]).toEqual([3, 6, 4, 8]);
  });
});
