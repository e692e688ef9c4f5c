import { describe, test } from "vitest";
import { gradients, maxPool2d, maxPool2dSwitches, mul, sum } from "../../src/index.js";
import { equalTo, toTensor } from "../checks/close-to.js";
import { picture } from "../textbook/numbers.js";

// Jie Wang, lecture 15, "Backpropagation – Pooling Layer": the greatest of the four quarters are X11, X23, X42 and X33.
describe("max pooling assigns the error to where it comes from", () => {
  const x = toTensor(
    picture([
      [9, 1, 2, 3],
      [4, 5, 8, 6],
      [1, 2, 7, 4],
      [3, 6, 5, 0],
    ]),
  );

  test("the winners", async () => {
    await equalTo(
      maxPool2d(x, 2),
      picture([
        [9, 8],
        [6, 7],
      ]),
    );
    await equalTo(
      maxPool2dSwitches(x, 2),
      picture([
        [0, 2],
        [3, 0],
      ]),
      "i32",
    );
  });

  test("the errors", async () => {
    const errors = toTensor(
      picture([
        [0.5, -2],
        [3, 7],
      ]),
    ); // ∂E/∂X11ᵒ, ∂E/∂X23ᵒ, ∂E/∂X42ᵒ, ∂E/∂X33ᵒ
    const [gradient] = gradients(sum(mul(maxPool2d(x, 2), errors)), [x]);
    await equalTo(
      gradient,
      picture([
        [0.5, 0, 0, 0],
        [0, 0, -2, 0],
        [0, 0, 7, 0],
        [0, 3, 0, 0],
      ]),
    );
  });
});
