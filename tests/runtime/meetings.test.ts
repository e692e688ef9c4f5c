import { expect, test } from "vitest";
import { partsOf } from "../../src/runtime/meetings.js";
import { generator } from "../checks/random.js";

const [shared, solo] = [false, true];

test("launches that do not wait for each other need no meeting, and small ones go round", () => {
  const launches = [shared, solo, shared, solo, solo].map((solo) => ({ solo, after: [] }));
  expect(partsOf(launches)).toEqual([
    { meets: false, soloist: null },
    { meets: false, soloist: 0 },
    { meets: false, soloist: null },
    { meets: false, soloist: 1 },
    { meets: false, soloist: 2 },
  ]);
});

test("small ones that wait for each other are one thread's", () => {
  const launches = [[], [], [0], [1, 2], []].map((after) => ({ solo, after }));
  expect(partsOf(launches)).toEqual([0, 0, 0, 0, 1].map((soloist) => ({ meets: false, soloist })));
});

test("threads meet before what waits for a shared launch, or for a small one and is shared", () => {
  const launches = [
    { solo: shared, after: [] },
    { solo, after: [0] },
    { solo: shared, after: [1] },
    { solo: shared, after: [0, 1] },
  ];
  expect(partsOf(launches).map(({ meets }) => meets)).toEqual([false, true, true, false]);
});

test("of random launches, nobody begins before what it waits for is through", () => {
  const draw = generator(3);
  for (let round = 0; round < 300; round++) {
    const launches = Array.from({ length: 1 + Math.floor(draw() * 25) }, (_, i) => ({
      solo: draw() < 0.6,
      after: Array.from({ length: i }, (_, other) => other).filter(() => draw() < 0.15),
    }));
    const parts = partsOf(launches);
    let met = 0;
    launches.forEach(({ after, solo }, i) => {
      if (parts[i].meets) met = i;
      expect(parts[i].soloist !== null).toBe(solo);
      for (const other of after)
        if (other >= met) {
          expect(solo).toBe(true);
          expect(parts[other].soloist).toBe(parts[i].soloist);
        }
    });
  }
});
