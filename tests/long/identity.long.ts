import { expect, test } from "vitest";
import { nn, predict, tensor } from "../../src/index.js";
import { theEngine } from "../../src/runtime/devices.js";
import { figure } from "./figures.js";

/** Nobody asks for a collection here: it comes when it comes, as in a cross-validation. */
test("10,000 models made and dropped in one process answer like fresh ones", async () => {
  const picture = tensor(
    Uint8Array.from({ length: 12 * 12 * 3 }, (_, i) => (i * 31) & 255),
    [1, 12, 12, 3],
  );
  const answer = async (seed: number): Promise<string> => {
    const model = nn.sequential(
      nn.conv2d({ filters: 16, kernel: 3, padding: "same" }),
      nn.batchNorm(),
      nn.relu(),
      nn.conv2d({ filters: 16, kernel: 3 }),
      nn.flatten(),
      nn.dense(10),
    );
    model.build([12, 12, 3], { seed });
    return String((await predict(model, picture))[0]);
  };
  // All of them at once: each with a place of its own in memory.
  const fresh = await Promise.all(Array.from({ length: 20 }, (_, seed) => answer(seed)));
  expect(new Set(fresh).size).toBe(fresh.length);
  const models = 10_000;
  let wrong = 0;
  for (let round = 0; round < models; round++) {
    const seed = (round * 7) % fresh.length;
    if ((await answer(seed)) !== fresh[seed]) wrong++;
    // Finalisers run between tasks.
    if (round % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  figure("models", models);
  figure("wrong answers", wrong);
  figure("engine memory at the end", `${(theEngine().memory.reservedBytes / 1e6).toFixed(0)} MB`);
  expect(wrong).toBe(0);
});
