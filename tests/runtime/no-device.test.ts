/** Making things touches no device: here every device is refused, so whoever touched one would hear of it. */
import { expect, test } from "vitest";
import {
  checkpointOf,
  compile,
  DeviceError,
  encodeCheckpoint,
  mul,
  nn,
  optim,
  variable,
} from "../../src/index.js";

process.env.RECEPTIVE_TARGET = "none";
const refused = new DeviceError('RECEPTIVE_TARGET is "none", expected one of native, avx512, avx2, wasm');

test("a model is made, read, written, printed and put into a checkpoint without a device", async () => {
  const model = nn.sequential(
    "net",
    nn.conv2d({ filters: 2, kernel: 3 }),
    nn.batchNorm(),
    nn.flatten(),
    nn.dense(2),
  );
  model.build([5, 5, 1], { seed: 1 });
  const filters = model.parameters.get("conv1.filters")!;
  expect((await filters.read()).length).toBe(18);
  filters.set(new Float32Array(18).fill(3));
  expect([...(await filters.data())]).toEqual(new Array(18).fill(3));
  expect(String(model.parameters.get("dense1.bias"))).toBe("Variable(f32 2)\n[0, 0]");
  const bytes = encodeCheckpoint(
    await checkpointOf(model, { input: [5, 5, 1], data: { name: "", classes: [] } }),
  );
  expect(bytes.length).toBeGreaterThan(18 * 4);
  optim.learner(optim.adam({ lr: 0.1 }), model.parameters);
  compile(() => mul(filters, 2));
  await expect(mul(filters, 2).data()).rejects.toThrow(refused);
  await expect(compile(() => mul(filters, 2))()).rejects.toThrow(refused);
});

test("a variable keeps its own numbers, whatever happens to the array that it was made of", async () => {
  const numbers = Float32Array.of(1, 2);
  const v = variable(numbers);
  numbers.fill(9);
  expect([...(await v.read())]).toEqual([1, 2]);
  v.set(numbers);
  numbers.fill(0);
  expect([...(await v.read())]).toEqual([9, 9]);
});
