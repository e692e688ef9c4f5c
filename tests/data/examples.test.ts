import { describe, expect, test } from "vitest";
import { data, show } from "../../src/index.js";

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};
const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
};

describe("examples of named fields", () => {
  const xor = data.examples("xor", {
    x: { values: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), shape: [2] },
    y: { values: Int32Array.of(0, 1, 1, 0) },
  });

  test("come in batches as tensors, in order, shuffled and from a later batch on", async () => {
    const all = await collect(data.batches(xor, { batchSize: 3 }));
    expect(all.map(({ size, places }) => [size, ...places])).toEqual([
      [3, 0, 1, 2],
      [1, 3],
    ]);
    const [{ fields }] = all;
    expect([show(fields.x.shape), fields.x.dtype, show(fields.y.shape), fields.y.dtype]).toEqual([
      "3×2",
      "f32",
      "3",
      "i32",
    ]);
    expect([...fields.x.values!]).toEqual([0, 0, 0, 1, 1, 0]);
    const shuffle = { seed: 4, epoch: 2 };
    const order = data.epochOrder(4, shuffle);
    const [first, second] = await collect(data.batches(xor, { batchSize: 2, shuffle }));
    expect([...first.places, ...second.places]).toEqual([...order]);
    expect([...second.fields.y.values!]).toEqual([...order.slice(2)].map((i) => [0, 1, 1, 0][i]));
    const [later] = await collect(data.batches(xor, { batchSize: 2, shuffle, first: 1 }));
    expect([...later.places]).toEqual([...second.places]);
    expect(later.fields.x.values).toEqual(second.fields.x.values);
  });

  test("a shard is every so-many-th example, and shards are all of them", async () => {
    const shards = [0, 1, 2].map((rank) => data.shard(xor, { rank, ranks: 3 }));
    expect(shards.map(({ length }) => length)).toEqual([2, 1, 1]);
    const [{ fields }] = await collect(data.batches(shards[0], { batchSize: 9 }));
    expect([...fields.y.values!]).toEqual([0, 0]);
    expect(refusal(() => data.shard(xor, { rank: 3, ranks: 3 }))).toBe(
      "shard: rank is 3, expected one of 0 to 2",
    );
  });

  test.each<[string, () => unknown, string]>([
    [
      "fields of different lengths",
      () =>
        data.examples("a", {
          x: { values: new Float32Array(6), shape: [2] },
          y: { values: new Int32Array(2) },
        }),
      "examples: a has 3 of x and 2 of y, expected as many of each",
    ],
    [
      "values that do not fill their shape",
      () => data.examples("a", { x: { values: new Float32Array(7), shape: [2] } }),
      "examples: x of a has 7 values, expected a multiple of 2 (2)",
    ],
    [
      "numbers of a kind that there is not",
      () => data.examples("a", { x: { values: new Float64Array(4) as never } }),
      "examples: x of a has values of Float64Array, expected Float32Array, Int32Array, Uint8Array, Uint8ClampedArray",
    ],
    [
      "a mask for what is never filled up",
      () => data.examples("a", { x: { values: new Float32Array(4), shape: [2], mask: "there" } }),
      "examples: x of a is 2 and never filled up: mask is for a first extent of null",
    ],
    [
      "one array for a ragged field",
      () => data.examples("a", { x: { values: new Float32Array(4), shape: [null] } }),
      "examples: x of a is ? , its values are one array, expected a list, an array for each example".replace(
        "? ,",
        "?,",
      ),
    ],
    ["no fields", () => data.examples("a", {}), "examples: a has no fields"],
  ])("%s are refused", (_, act, message) => {
    expect(refusal(act)).toBe(message);
  });

  test("a reader may use its array again: batches that came before keep their numbers", async () => {
    const again = new Float32Array(2);
    const reader = {
      name: "reader",
      length: 4,
      fields: { x: { shape: [], dtype: "f32" } },
      at: async (places: Int32Array) => {
        again.set(places);
        return { x: again };
      },
    } as const;
    const all = await collect(data.batches(reader, { batchSize: 2 }));
    expect(all.map(({ fields }) => [...fields.x.values!])).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test("what `at` gives is looked at", async () => {
    const wrong = { ...xor, at: async () => ({ x: new Float32Array(3), y: new Int32Array(2) }) };
    await expect(collect(data.batches(wrong, { batchSize: 2 }))).rejects.toThrow(
      "x of xor: came as 3 values (Float32Array), expected a Float32Array of 2×2 (4)",
    );
    const other = { ...xor, at: async () => ({ x: new Float64Array(4) as never, y: new Int32Array(2) }) };
    await expect(collect(data.batches(other, { batchSize: 2 }))).rejects.toThrow(
      "x of xor: came as 4 values (Float64Array), expected a Float32Array of 2×2 (4)",
    );
  });
});

describe("ragged fields", () => {
  const sentences = data.examples("sentences", {
    tokens: {
      values: [Int32Array.of(1, 2, 3), Int32Array.of(4), Int32Array.of(), Int32Array.of(5, 6)],
      pad: 9,
      multiple: 2,
      mask: "there",
    },
  });

  test("are filled up to the longest of a batch, with a mask of what is there", async () => {
    const [first, second] = await collect(data.batches(sentences, { batchSize: 2 }));
    expect(show(first.fields.tokens.shape)).toBe("2×4");
    expect([...first.fields.tokens.values!]).toEqual([1, 2, 3, 9, 4, 9, 9, 9]);
    expect([...first.fields.there.values!]).toEqual([1, 1, 1, 0, 1, 0, 0, 0]);
    expect([...second.fields.tokens.values!]).toEqual([9, 9, 5, 6]);
    expect([...second.fields.there.values!]).toEqual([0, 0, 1, 1]);
  });

  test("may have more axes: lines of vectors", async () => {
    const vectors = data.examples("vectors", {
      v: { values: [Float32Array.of(1, 2), Float32Array.of(3, 4, 5, 6)], shape: [null, 2], multiple: 1 },
    });
    const [{ fields }] = await collect(data.batches(vectors, { batchSize: 2 }));
    expect(show(fields.v.shape)).toBe("2×2×2");
    expect([...fields.v.values!]).toEqual([1, 2, 0, 0, 3, 4, 5, 6]);
  });
});

describe("streams", () => {
  const fields = { x: { shape: [2], dtype: "f32" }, y: { shape: [], dtype: "i32" } } as const;
  const from = ({ seed, epoch }: { seed: number; epoch: number }) =>
    (function* () {
      for (let i = 0; ; i++) yield { x: Float32Array.of(i, seed), y: 100 * epoch + i };
    })();
  const ys = async (stream: ReturnType<typeof data.stream<typeof fields>>, epoch: number) =>
    (await collect(stream.epoch({ seed: 1, epoch }))).map(({ y }) => y);

  test("have epochs of a stated length, which can be had again", async () => {
    const stream = data.stream("numbers", { fields, from, length: 5 });
    expect(await ys(stream, 0)).toEqual([0, 1, 2, 3, 4]);
    expect(await ys(stream, 2)).toEqual([200, 201, 202, 203, 204]);
    expect(stream.replayable).toBe(true);
  });

  test("are shuffled through a buffer, the same way for the same draw, none twice and none left out", async () => {
    const stream = data.stream("numbers", { fields, from, length: 40, shuffle: 8 });
    const [one, again] = [await ys(stream, 1), await ys(stream, 1)];
    expect(one).toEqual(again);
    expect(one).not.toEqual(await ys(stream, 0));
    expect([...one].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 40 }, (_, i) => 100 + i),
    );
    expect(one.every((y, i) => Number(y) - 100 < i + 8)).toBe(true);
  });

  test.each<[unknown, string]>([
    [1.5, "odd: an example has 1.5 for y, which is no i32"],
    [Float32Array.of(2.5), "odd: an example has 2.5 for y, which is no i32"],
    [Number.NaN, "odd: an example has NaN for y, which is no i32"],
    ["two", 'odd: an example has "two" for y, expected numbers'],
  ])("do not make whole numbers of %s", async (y, message) => {
    const from = () => [{ x: [1, 2], y }] as never;
    const odd = data.stream("odd", { fields, from, length: 1 });
    await expect(collect(odd.batches({ batchSize: 1, draw: { seed: 0, epoch: 0 } }))).rejects.toThrow(
      message,
    );
  });

  test("that say nothing any more do not hold whoever leaves them", async () => {
    let isClosed = false;
    const silent = data.stream("silent", {
      fields,
      from: async function* () {
        try {
          yield { x: Float32Array.of(1, 2), y: 1 };
          await new Promise(() => {});
        } finally {
          isClosed = true;
        }
      },
      length: 3,
    });
    const begun = performance.now();
    for await (const { size } of silent.batches({ batchSize: 1, draw: { seed: 0, epoch: 0 } })) {
      expect(size).toBe(1);
      break;
    }
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(isClosed).toBe(false); // it has not come to where it could hear of it
  });

  test("are closed before a loop over them is left, where they answer", async () => {
    let isClosed = false;
    const slow = data.stream("slow", {
      fields,
      from: async function* () {
        try {
          for (let y = 0; ; y++) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            yield { x: Float32Array.of(1, 2), y };
          }
        } finally {
          isClosed = true;
        }
      },
      length: 9,
    });
    for await (const { size } of slow.batches({ batchSize: 2, draw: { seed: 0, epoch: 0 } })) {
      expect(size).toBe(2);
      break;
    }
    expect(isClosed).toBe(true);
  });

  test("that have begun already go on from epoch to epoch, and say where they end", async () => {
    const web = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 7; i++) controller.enqueue({ x: [i, i], y: i });
        controller.close();
      },
    });
    const stream = data.stream("web", { fields, from: web as never, length: 5 });
    expect(stream.replayable).toBe(false);
    expect(await ys(stream, 0)).toEqual([0, 1, 2, 3, 4]);
    await expect(ys(stream, 1)).rejects.toThrow(
      "web: the stream ended after 2 examples of epoch 2, expected 5 in an epoch",
    );
  });
});
