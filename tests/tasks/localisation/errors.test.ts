import { expect, test } from "vitest";
import { localisationErrors } from "../../../src/tasks/localisation/index.js";

const at = (label: number, left: number) => ({ label, box: [0, left, 10, left + 10] as const });

test("a guess is right with its class and half of its box; of five one is enough; of several boxes any", () => {
  const truths = [[at(1, 0)], [at(2, 0), at(2, 50)], [at(3, 0)], [at(4, 0)]];
  const guesses = [
    [at(1, 3)], // 7 of 13
    [at(2, 20), at(2, 51)],
    [at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(3, 0)], // the sixth
    [at(4, 4)], // 6 of 14
  ];
  expect(localisationErrors(guesses, truths)).toEqual({
    top1: 0.75,
    top5: 0.5,
    class1: 0.25,
    class5: 0.25,
    pictures: 4,
  });
  // Exactly a half is enough.
  expect(localisationErrors([[{ label: 0, box: [0, 0, 10, 5] }]], [[at(0, 0)]]).top1).toBe(0);
  expect(localisationErrors([[]], [[at(0, 0)]]).top5).toBe(1);
  expect(localisationErrors([], []).top1).toBeNaN();
  expect(() => localisationErrors([[]], [])).toThrow(
    "localisationErrors: there are guesses of 1 pictures, and truths of 0",
  );
});
