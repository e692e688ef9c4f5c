import { describe, expect, test } from "vitest";
import { datasets } from "../../src/data/registry.js";

// The files themselves: their counts, and the first labels as everybody knows them.
const known = {
  mnist: { train: 60_000, test: 10_000, first: [5, 0, 4, 1, 9, 2], firstTest: [7, 2, 1, 0, 4, 1] },
  "fashion-mnist": { train: 60_000, test: 10_000, first: [9, 0, 0, 3, 0, 2], firstTest: [9, 2, 1, 1, 6, 1] },
  "fashion-mnist-remapped": {
    train: 15_000,
    test: 10_000,
    first: [9, 0, 0, 3, 0, 2],
    firstTest: [9, 2, 1, 1, 6, 1],
  },
};

describe.each(Object.entries(known))("%s", (name, expected) => {
  test("is whole", async (context) => {
    const entry = datasets[name];
    if ((await entry.source()).kind !== "found")
      context.skip(`${name} is not on this machine; point RECEPTIVE_DATA at a folder that holds it`);
    const { train, test } = await entry.load();
    expect([train.length, test.length]).toEqual([expected.train, expected.test]);
    expect([...train.labels.subarray(0, 6)]).toEqual(expected.first);
    expect([...test.labels.subarray(0, 6)]).toEqual(expected.firstTest);
    expect(train.images.length).toBe(expected.train * 28 * 28);
  });
});
