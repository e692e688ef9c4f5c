import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import * as receptive from "../src/index.js";
import { theEngine } from "../src/runtime/devices.js";
import { compiled } from "./checks/compiled.js";

const {
  add,
  assign,
  conv2d,
  gradients,
  matmul,
  maxPool2d,
  mean,
  mul,
  relu,
  reshape,
  square,
  sub,
  sum,
  tensor,
  variable,
} = receptive;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

interface Reading {
  heap: number;
  engine: number;
  reserved: number;
}

async function reading(): Promise<Reading> {
  // Finalisers run in tasks of their own.
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { memory } = theEngine();
  return {
    heap: process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers,
    engine: memory.usedBytes,
    reserved: memory.reservedBytes,
  };
}

/** Runs `turn` so often, and compares memory after a tenth of the turns with memory at the end. */
async function staysFlat(turns: number, turn: (i: number) => Promise<void>): Promise<void> {
  const warm = turns / 10;
  for (let i = 0; i < warm; i++) await turn(i);
  const before = await reading();
  for (let i = warm; i < turns; i++) await turn(i);
  const after = await reading();
  expect(after.engine).toBe(before.engine);
  expect(after.reserved).toBe(before.reserved);
  // What is left of noise: 9,000 turns that lost 100 bytes each would show.
  expect(after.heap - before.heap).toBeLessThan(900_000);
}

describe("memory stays flat", () => {
  test("over 10,000 training steps", { timeout: 240_000 }, async () => {
    const size = 8;
    const [w1, b1, w2] = [
      variable(new Float32Array(36).fill(0.1), [3, 3, 1, 4]),
      variable(new Float32Array(4)),
      variable(new Float32Array(36).fill(0.1), [36, 1]),
    ];
    const parameters = [w1, b1, w2];
    const step = compiled((x: receptive.Tensor, y: receptive.Tensor, lr: receptive.Tensor) => {
      const hidden = maxPool2d(relu(add(conv2d(x, w1), b1)), 2);
      const loss = mean(square(sub(reshape(matmul(reshape(hidden, [size, 36]), w2), [size]), y)));
      gradients(loss, parameters).forEach((g, i) => {
        assign(parameters[i], sub(parameters[i], mul(g, lr)));
      });
      return loss;
    });
    await staysFlat(10_000, async (i) => {
      const x = tensor(new Float32Array(size * 64).fill(i % 7), [size, 8, 8, 1]);
      const [loss] = await step(x, tensor(new Float32Array(size).fill(i % 3), [size]), tensor(1e-4));
      expect(Number.isFinite(loss)).toBe(true);
    });
  });

  test("over 10,000 eager evaluations, of results that build on each other", {
    timeout: 240_000,
  }, async () => {
    let x = tensor(new Float32Array(1000).fill(1));
    await staysFlat(10_000, async (i) => {
      x = sub(add(x, i), i);
      const total = await sum(relu(x)).item();
      await x.data();
      expect(total).toBe(1000);
    });
  });

  test("over variables that come and go", { timeout: 240_000 }, async () => {
    const before = await reading();
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 50; i++) await sum(add(variable(new Float32Array(10_000).fill(i)), 1)).item();
      await reading();
    }
    const after = await reading();
    expect(after.engine - before.engine).toBeLessThan(400_000); // ten of a thousand variables
  });
});
