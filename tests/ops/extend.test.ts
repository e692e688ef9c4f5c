import { describe, expect, test } from "vitest";
import { extend, extensions, ShapeError } from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { equalTo, toTensor } from "../checks/close-to.js";
import { distinct } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as textbook from "../textbook/index.js";
import { numbers } from "../textbook/numbers.js";

type Pairs = [number, number][];

onEveryTarget("extend", () => {
  test.each([
    ["reflect", [4, 3, 2, 1, 2, 3, 4, 3, 2]],
    ["symmetric", [3, 2, 1, 1, 2, 3, 4, 4, 3]],
    ["replicate", [1, 1, 1, 1, 2, 3, 4, 4, 4]],
    ["wrap", [2, 3, 4, 1, 2, 3, 4, 1, 2]],
  ] as const)("%s of 1 2 3 4, three before and two after", (mode, expected) =>
    equalTo(extend(toTensor(numbers([1, 2, 3, 4])), [[3, 2]], mode), numbers(expected)),
  );

  describe.each(extensions)("%s", (mode) => {
    test.each([
      {
        shape: [1, 5, 7, 3],
        pairs: [
          [0, 0],
          [2, 2],
          [3, 3],
          [0, 0],
        ] as Pairs,
      },
      {
        shape: [2, 3, 2, 17],
        pairs: [
          [0, 0],
          [2, 0],
          [0, 1],
          [0, 0],
        ] as Pairs,
      }, // one channel past a vector of 16
      {
        shape: [4, 4],
        pairs: [
          [3, 3],
          [3, 3],
        ] as Pairs,
      }, // as much as reflect has
      {
        shape: [3, 5],
        pairs: [
          [0, 0],
          [0, 0],
        ] as Pairs,
      },
    ])("x $shape by $pairs", async ({ shape, pairs }) => {
      const x = distinct(shape, { seed: 1 });
      await equalTo(extend(toTensor(x), pairs, mode), textbook.extend(x, pairs, mode));
      await checkGradient(
        (t) => extend(t, pairs, mode),
        (t) => textbook.extend(t, pairs, mode),
        [x],
      );
    });
  });
});

test.each([
  [
    () => extend(toTensor(numbers([1, 2])), [[2, 0]], "reflect"),
    "extend: reflect has 1 of the 2 values asked for beyond axis 0 of x (2)",
  ],
  [
    () => extend(toTensor(numbers([1, 2])), [[0, 3]], "wrap"),
    "extend: wrap has 2 of the 3 values asked for beyond axis 0 of x (2)",
  ],
  [
    () => extend(toTensor(numbers([1, 2])), [[0, -1]], "wrap"),
    "extend: -1 values are to be put around x (2), expected a whole number of at least 0",
  ],
  [
    () =>
      extend(
        toTensor(numbers([1, 2])),
        [
          [0, 0],
          [0, 0],
        ],
        "wrap",
      ),
    "extend: 2 pairs for the 1 axes of x (2)",
  ],
])("what cannot be had is said: %#", (ask, message) => expect(ask).toThrow(new ShapeError(message)));
