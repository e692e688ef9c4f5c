import { test } from "vitest";
import * as r from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { uniform } from "../checks/random.js";
import * as t from "../textbook/index.js";

test("the filter's gradient behind nearest upsampling cannot be lowered", async () => {
  const x = uniform([2, 32, 32, 8], { seed: 1 });
  const filter = uniform([4, 5, 8, 2], { seed: 2 });
  const padding: [[number, number], [number, number]] = [
    [0, 0],
    [3, 2],
  ];
  await checkGradient(
    (w) => r.conv2d(r.upsample2d(r.tensor(Float32Array.from(x.data), x.shape), [32, 64]), w, { padding }),
    (w) => t.conv2d(t.upsample2d(x, [32, 64]), w, { padding }),
    [filter],
  );
});
