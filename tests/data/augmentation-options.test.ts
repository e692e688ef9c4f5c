import { expect, test } from "vitest";
import { colourJitter, cutout, pcaLighting, randomAffine, randomShift } from "../../src/data/index.js";

const { NaN: no } = Number;

test.each<[() => unknown, string]>([
  [() => randomShift(1.5), "randomShift: pixels is 1.5, expected a whole number of at least 0"],
  [() => randomShift(-1), "randomShift: pixels is -1, expected a whole number of at least 0"],
  [() => randomShift(1, { background: Infinity }), "randomShift: background is Infinity, expected a number"],
  [() => randomAffine({ rotation: no }), "randomAffine: rotation is NaN, expected a number of at least 0"],
  [
    () => randomAffine({ scale: [0, 1] }),
    "randomAffine: scale goes from 0 to 1, expected 0 < smallest ≤ greatest",
  ],
  [
    () => randomAffine({ scale: [1.2, 0.8] }),
    "randomAffine: scale goes from 1.2 to 0.8, expected 0 < smallest ≤ greatest",
  ],
  [() => colourJitter({ contrast: 1.5 }), "colourJitter: contrast is 1.5, expected a number from 0 to 1"],
  [() => pcaLighting({ deviation: -1 }), "pcaLighting: deviation is -1, expected a number of at least 0"],
  [() => cutout(0.5), "cutout: size is 0.5, expected a whole number of at least 0"],
  [() => cutout(2, { background: [0, no, 0] }), "cutout: background is NaN, expected a number"],
])("%s", (make, message) => {
  expect(make).toThrow(new RangeError(message));
});

test("a background of three colours on grey pictures", () => {
  const grey = { seed: 0, epoch: 0, indices: Int32Array.of(0), shape: [1, 2, 2, 1] as const };
  expect(() => cutout(2, { background: [1, 2, 3] })(new Float32Array(4), grey)).toThrow(
    new RangeError("cutout: background has 3 values, the pictures have 1 channels"),
  );
});
