/** What comes in as numbers, and what does not. */
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { add, mul, relu, tensor, variable } from "../../src/index.js";

/** From plain JavaScript, where no type forbids it. */
const given = (values: unknown, shape?: unknown, type?: unknown) =>
  tensor(values as number, shape as number[], type as "f32");
const kept = (values: unknown, shape?: unknown, type?: unknown) =>
  variable(values as number, shape as number[], type as "f32");

describe("typed arrays keep their numbers", () => {
  test.each([
    [Float64Array.of(0.5, 300, -1), "f32", [0.5, 300, -1]],
    [Float32Array.of(0.5, 300, -1), "f32", [0.5, 300, -1]],
    [Int32Array.of(-70000, 3), "i32", [-70000, 3]],
    [Int16Array.of(1, 300, -2), "i32", [1, 300, -2]],
    [Uint16Array.of(1, 65535, 2), "i32", [1, 65535, 2]],
    [Int8Array.of(-128, 127), "i32", [-128, 127]],
    [Uint32Array.of(70000), "i32", [70000]],
    [BigInt64Array.of(-5n, 2147483647n), "i32", [-5, 2147483647]],
    [BigUint64Array.of(5n), "i32", [5]],
    [Uint8Array.of(0, 255), "u8", [0, 255]],
    [Uint8ClampedArray.of(0, 255), "u8", [0, 255]],
    [Buffer.from([1, 2, 3]), "u8", [1, 2, 3]],
  ])("%s", async (array, type, numbers) => {
    expect(given(array).dtype).toBe(type);
    expect([...(await given(array).data())]).toEqual(numbers);
    expect(kept(array).dtype).toBe(type);
    expect([...(await kept(array).read())]).toEqual(numbers);
    const lists = given([array, array]);
    expect(lists.shape).toEqual([2, array.length]);
    expect(lists.dtype).toBe(type);
    expect([...(await add(lists, 0).data())]).toEqual([...numbers, ...numbers]);
  });

  test.each(["Float32Array", "Float64Array", "Int32Array", "Uint8Array", "Uint16Array", "Array"])(
    "%s of another realm",
    async (kind) => {
      const array = runInNewContext(`${kind}.from([1.5, 300, 2])`) as ArrayLike<number>;
      const numbers = Array.from(array);
      expect([...(await add(given(array), 0).data())]).toEqual(numbers);
      expect([...(await kept(array).read())]).toEqual(numbers);
      const v = variable([0, 0, 0], [3], kind === "Array" || kind.startsWith("Float") ? "f32" : "i32");
      v.set(array as number[]);
      expect([...(await v.read())]).toEqual(numbers);
    },
  );

  test("numbers that the type does not have are refused", () => {
    const text = (call: () => unknown): string => {
      try {
        call();
      } catch (error) {
        return String(error);
      }
      return "nothing was thrown";
    };
    const among = (type: string, least: number, most: number) =>
      `is not among the numbers of ${type}, the whole ones from ${least} to ${most}`;
    const i32 = among("i32", -2147483648, 2147483647);
    const u8 = among("u8", 0, 255);
    const list: [() => unknown, string][] = [
      [() => given(Uint32Array.of(1, 4294967295)), `tensor: the value 4294967295 at 1 ${i32}`],
      [() => given(BigInt64Array.of(2147483648n)), `tensor: the value 2147483648n at 0 ${i32}`],
      [() => given([1, 2.5], [2], "i32"), `tensor: the value 2.5 at 1 ${i32}`],
      [() => given([Number.NaN], [1], "i32"), `tensor: the value NaN at 0 ${i32}`],
      [() => given([3, 256], [2], "u8"), `tensor: the value 256 at 1 ${u8}`],
      [() => given(Float32Array.of(-1), [1], "u8"), `tensor: the value -1 at 0 ${u8}`],
      [() => kept([0.5], [1], "u8"), `variable: the value 0.5 at 0 ${u8}`],
      [() => variable(new Int32Array(1)).set([0.5]), `variable: the value 0.5 at 0 ${i32}`],
    ];
    for (const [call, expected] of list) expect(text(call)).toBe(`TypeError: ${expected}`);
  });

  test("types convert numbers that they have", async () => {
    expect([...(await given([2, 0, 5], [3], "i32").data())]).toEqual([2, 0, 5]);
    expect([...(await given(Int32Array.of(2, 255), [2], "u8").data())]).toEqual([2, 255]);
    expect([...(await given([0, 0.5, Number.NaN, -1], [4], "bool").data())]).toEqual([0, 1, 1, 1]);
    expect([...(await given(BigInt64Array.of(0n, 3n), [2], "bool").data())]).toEqual([0, 1]);
    expect([...(await given(BigInt64Array.of(7n), [1], "f32").data())]).toEqual([7]);
    expect([...(await given([true, false], [2], "f32").data())]).toEqual([1, 0]);
  });
});

describe("what holds no numbers is refused in one line", () => {
  const numbers = "expected numbers, lists of them or a typed array";
  const picture = "; of pictures, data.pictureFrom(…) makes a tensor";
  const imageData = {
    data: new Uint8ClampedArray(4),
    width: 1,
    height: 1,
    [Symbol.toStringTag]: "ImageData",
  };
  const blob = new Blob(["x"]);
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const holes = [1, 2, 3];
  delete holes[1];
  test.each([
    ["hello", `the values are "hello", ${numbers}`],
    [null, `the values are null, ${numbers}`],
    [undefined, `the values are undefined, ${numbers}`],
    [5n, `the values are 5n, ${numbers}; Number(…) makes it one`],
    [{}, `the values are {}, ${numbers}`],
    [{ a: 1 }, `the values are { a }, ${numbers}`],
    [Math.sin, `the values are the function sin, ${numbers}`],
    [new Set([1]), `the values are a Set, ${numbers}; Array.from(…) makes a list of it`],
    [Promise.resolve(1), `the values are a Promise, ${numbers}; await it first`],
    [
      new ArrayBuffer(4),
      `the values are an ArrayBuffer, ${numbers}; say what the bytes are: new Float32Array(buffer), new Uint8Array(buffer)`,
    ],
    [
      new DataView(new ArrayBuffer(4)),
      `the values are a DataView, ${numbers}; say what the bytes are: new Float32Array(view.buffer, view.byteOffset, …)`,
    ],
    [imageData, `the values are an ImageData, ${numbers}${picture}`],
    [blob, `the values are a Blob, ${numbers}${picture}`],
    [
      tensor([1, 2]),
      `the values are a tensor (f32 2), ${numbers}; it is a tensor already: await x.data() has its numbers`,
    ],
    [[1, "2"], `the value at 1 is "2", expected a number`],
    [[1, null], "the value at 1 is null, expected a number"],
    [
      [
        [1, 2],
        [3, undefined],
      ],
      "the value at 1, 1 is undefined, expected a number",
    ],
    [holes, "the value at 1 is undefined, expected a number"],
    [[1n], "the value at 0 is 1n, expected a number; Number(…) makes it one"],
    [[true, 1], "the lists hold booleans and numbers, expected one of them"],
    [cyclic, "the lists are nested deeper than 32 axes"],
  ])("case %#", async (values, text) => {
    expect(() => given(values)).toThrow(new TypeError(`tensor: ${text}`));
    expect(() => kept(values)).toThrow(new TypeError(`variable: ${text}`));
    const v = variable([0]);
    if (text.startsWith("the value"))
      expect(() => v.set(values as number)).toThrow(new TypeError(`variable: ${text}`));
    expect([...(await v.read())]).toEqual([0]);
  });

  test.each([
    [[[1, 2], [3]], "row 1 has 1 value, row 0 has 2"],
    [[[1], 2], "row 1 has a single number, row 0 has 1"],
    [[1, [2]], "row 1 has 1 value, row 0 has a single number"],
    [
      [
        [[1], [2]],
        [[1], [2, 3]],
      ],
      "row 1, 1 has 2 values, row 1, 0 has 1",
    ],
    [[[[1]], [[1], [2]]], "row 1 has 2×1, row 0 has 1×1"],
    [[new Float32Array(3), new Float32Array(2)], "row 1 has 2 values, row 0 has 3"],
  ])("ragged lists %#", (values, text) => {
    expect(() => given(values)).toThrow(`tensor: ${text}`);
  });

  test.each([
    [[2.5], "2.5 is no shape: 2.5 is not a whole number of at least 0"],
    [[Number.NaN, 2], "NaN×2 is no shape: NaN is not a whole number of at least 0"],
    [["3"], `"3" is no shape: "3" is not a whole number of at least 0`],
    [[3n], "3n is no shape: 3n is not a whole number of at least 0"],
    [[1e9, 1e9], "1000000000×1000000000 is no shape: it has more values than can be counted"],
    [3, "the shape is 3, expected a list of whole numbers, such as [2, 3]"],
    [null, "the shape is null, expected a list of whole numbers, such as [2, 3]"],
    ["3", `the shape is "3", expected a list of whole numbers, such as [2, 3]`],
  ])("shape %#", (shape, text) => {
    expect(() => given([1, 2, 3], shape)).toThrow(`tensor: ${text}`);
    expect(() => kept([1, 2, 3], shape)).toThrow(`variable: ${text}`);
  });

  test("an unknown type leaves the engine as it was", async () => {
    const types = "expected one of f32, i32, u8, bool";
    const list: [unknown, string][] = [
      ["f16", `there is no type "f16", ${types}; did you mean "f32"?`],
      ["float32", `there is no type "float32", ${types}; did you mean "f32"?`],
      ["__proto__", `there is no type "__proto__", ${types}`],
      ["constructor", `there is no type "constructor", ${types}`],
      ["uint8", `there is no type "uint8", ${types}; did you mean "u8"?`],
      [3, `there is no type 3, ${types}`],
      [null, `there is no type null, ${types}`],
    ];
    for (const [type, text] of list) {
      expect(() => kept(Float32Array.of(1, 2), [2], type)).toThrow(new TypeError(`variable: ${text}`));
      expect(() => given(Float32Array.of(1, 2), [2], type)).toThrow(new TypeError(`tensor: ${text}`));
    }
    expect(await add(tensor([1]), 1).item()).toBe(2);
  });
});

describe("memory that is not the tensor's own", () => {
  test("a reused buffer does not change what was recorded before", async () => {
    for (const frame of [new Float32Array(1), new Int32Array(1), new Uint8Array(1), Buffer.alloc(1)]) {
      const results = [1, 2, 3].map((k) => mul(tensor(frame.fill(k)), 10));
      expect(await Promise.all(results.map((r) => r.item()))).toEqual([10, 20, 30]);
    }
    const shared = new Uint8Array(new SharedArrayBuffer(1));
    const results = [1, 2, 3].map((k) => mul(tensor(shared.fill(k)), 10));
    expect(await Promise.all(results.map((r) => r.item()))).toEqual([10, 20, 30]);
  });

  test("changing what data() answers does not change the tensor", async () => {
    const y = relu(tensor([1, 2]));
    (await y.data())[0] = 99;
    expect([...(await y.data())]).toEqual([1, 2]);
    expect([...(await mul(y, 1).data())]).toEqual([1, 2]);
    y.values!.fill(99);
    expect([...(await y.data())]).toEqual([1, 2]);
    expect([...(await mul(y, 1).data())]).toEqual([1, 2]);
    const x = tensor([1, 2]);
    (await x.data())[0] = 99;
    expect([...(await mul(x, 1).data())]).toEqual([1, 2]);
    const v = variable([1, 2]);
    (await v.data())[0] = 99;
    (await v.read())[0] = 99;
    expect([...(await v.read())]).toEqual([1, 2]);
  });

  test("values may be asked for at each turn of a loop", async () => {
    const x = tensor(new Float32Array(1_000_000).fill(1));
    let sum = 0;
    for (let i = 0; i < x.size; i++) sum += x.values![i]; // a copy at each turn would be four terabytes
    expect(sum).toBe(1_000_000);
  });

  test("a buffer that grows or shrinks later writes over nothing", async () => {
    const others = Array.from({ length: 50 }, () => variable(new Float32Array(500).fill(3)));
    const Resizable = ArrayBuffer as unknown as {
      new (bytes: number, options: object): ArrayBuffer & { resize(bytes: number): void };
    };
    const buffer = new Resizable(16, { maxByteLength: 2 ** 20 });
    const x = tensor(new Float32Array(buffer));
    const v = variable(new Float32Array(buffer));
    buffer.resize(300_000);
    new Float32Array(buffer).fill(9);
    expect([...(await add(x, 1).data())]).toEqual([1, 1, 1, 1]);
    expect([...(await v.read())]).toEqual([0, 0, 0, 0]);
    expect(() => v.set(new Float32Array(buffer))).toThrow("variable: 75000 values do not fill 4 (4)");
    const read = await Promise.all(others.map((o) => o.read()));
    expect(read.every((numbers) => numbers.every((n) => n === 3))).toBe(true);
    const window = new Float32Array(buffer, 8, 4);
    buffer.resize(8);
    const gone = "the array has no memory any more: its buffer was transferred or has shrunk";
    expect(() => tensor(window)).toThrow(`tensor: ${gone}`);
  });

  test("a transferred array is refused", () => {
    const array = Float32Array.of(1, 2);
    structuredClone(array, { transfer: [array.buffer] });
    const gone = "the array has no memory any more: its buffer was transferred or has shrunk";
    expect(() => tensor(array)).toThrow(`tensor: ${gone}`);
    expect(() => variable(array)).toThrow(`variable: ${gone}`);
    expect(() => variable([1, 2]).set(array)).toThrow(`variable: ${gone}`);
    expect(() => tensor([array])).toThrow(`tensor: ${gone}`);
  });
});
