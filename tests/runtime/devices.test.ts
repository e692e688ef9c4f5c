/** Several devices in one process: what a graph says is the same on each of them, and what belongs to two is refused. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  add,
  assign,
  type Checkpoint,
  conv2d,
  type Dataset,
  type Device,
  DeviceError,
  evaluate,
  fit,
  gradients,
  losses,
  matmul,
  modelOf,
  mul,
  nn,
  openDevice,
  optim,
  predict,
  random,
  relu,
  softmax,
  sum,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from "../../src/index.js";
import { nativeMachine } from "../../src/targets/x64/machine.js";
import { compiled } from "../checks/compiled.js";

const missing = ((machine) => ("reason" in machine ? machine.reason : null))(nativeMachine(null, 2 ** 26));

let [native, wasm]: Device[] = [];
beforeAll(async () => {
  wasm = await openDevice("wasm", { threads: 2 });
  native = missing ? wasm : await openDevice("native", { threads: 2 });
});
afterAll(async () => {
  await Promise.all([native.close(), wasm.close()]);
});

const network = () =>
  nn.sequential(
    nn.conv2d({ filters: 6, kernel: 5, padding: "same" }),
    nn.batchNorm(),
    nn.relu(),
    nn.maxPool2d(2),
    nn.flatten(),
    nn.dense(10),
  );

const pictures = (count: number): Dataset => ({
  name: "waves",
  split: "train",
  shape: [12, 12, 1],
  classes: [..."0123456789"],
  length: count,
  images: Uint8Array.from({ length: count * 144 }, (_, i) => 127 * (1 + Math.sin((i * ((i / 144) | 0)) / 7))),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
});

const greatestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (v, i) => Math.abs(v - b[i])).reduce((x, y) => Math.max(x, y), 0);

describe.skipIf(missing !== null)(`native and wasm at once ${missing ?? ""}`, () => {
  test("they are two", () => {
    expect(["avx512", "avx2"]).toContain(native.name);
    expect(wasm.name).toBe("wasm");
  });

  test("one graph, its gradients too", async () => {
    const f = (x: Tensor, w: Tensor) => {
      const y = softmax(add(matmul(relu(conv2d(x, w, { padding: "same" })), ones16), 1));
      return { y, slopes: gradients(sum(mul(y, y)), [x, w]) };
    };
    const ones16 = random.normal([5, 7], { seed: 3 });
    const x = tensor(await random.normal([2, 9, 9, 3], { seed: 1 }).data(), [2, 9, 9, 3]);
    const w = tensor(await random.normal([3, 3, 3, 5], { seed: 2 }).data(), [3, 3, 3, 5]);
    const [a, b] = await Promise.all([native, wasm].map((device) => compiled(f, { device })(x, w)));
    expect(greatestDifference(a.y, b.y)).toBeLessThan(1e-5);
    expect(greatestDifference(a.slopes[0], b.slopes[0])).toBeLessThan(1e-5);
    expect(greatestDifference(a.slopes[1], b.slopes[1])).toBeLessThan(1e-4);
  });

  test("a model that moves answers the same, trained on either", async () => {
    const model = network();
    model.build([12, 12, 1], { seed: 1 });
    const set = pictures(20);
    const x = tensor(set.images.slice(0, 288), [2, 12, 12, 1]);
    const answers = async () => (await predict(model, x)).flatMap((scores) => [...scores]);
    const options = { loss: losses.crossEntropy(), epochs: 1, batchSize: 10, seed: 1 };
    for (const device of [wasm, native, wasm, native]) {
      const before = await answers();
      await model.to(device);
      expect(model.parameters.get("conv1.filters")!.storage!.device).toBe(device);
      expect(greatestDifference(await answers(), before)).toBeLessThan(1e-4);
      for await (const event of fit(model, set, { ...options, optimizer: optim.adam({ lr: 0.01 }) }))
        void event;
      expect((await evaluate(model, set)).count).toBe(20);
      // The weights have changed: what was prepared of the old ones, here or there, is not taken for them.
      expect(greatestDifference(await answers(), before)).toBeGreaterThan(1e-4);
    }
  });

  test("a checkpoint written on one is resumed on the other", async () => {
    const set = pictures(40);
    const train = async (device: Device, epochs: number, resume?: Checkpoint) => {
      const model = resume ? modelOf(resume) : network();
      await model.to(device); // before it is built: it is built there
      let last: Checkpoint | undefined;
      const checkpoint = {
        every: "epoch" as const,
        save: async (state: Checkpoint) => {
          last = state;
        },
      };
      const events = fit(model, set, {
        loss: losses.crossEntropy(),
        optimizer: optim.adam({ lr: 0.01 }),
        epochs,
        batchSize: 10,
        checkpoint,
        resume,
      });
      let loss = 0;
      for await (const event of events) if (event.kind === "epoch") loss = event.loss;
      expect(model.parameters.get("dense1.weights")!.storage!.device).toBe(device);
      return { last: last!, loss };
    };
    const whole = await train(native, 4);
    const half = await train(wasm, 2);
    const rest = await train(native, 4, half.last);
    expect(rest.loss).toBeCloseTo(whole.loss, 3);
  });

  test("what belongs to two devices is refused in one line", async () => {
    const [v, w] = [variable([1, 2]), variable([3, 4])];
    await v.to(native);
    await w.to(wasm);
    const message = `a variable (f32 2) lies on wasm, but a variable (f32 2) lies on ${native.name}: move one with to(device)`;
    await expect(add(v, w).data()).rejects.toThrow(new DeviceError(`data: ${message}`));
    await expect(compiled(() => mul(v, w))()).rejects.toThrow(new DeviceError(`compile: ${message}`));
    await expect(compiled((x: Tensor) => mul(x, v), { device: wasm })(tensor([1, 1]))).rejects.toThrow(
      new DeviceError(
        `compile: a variable (f32 2) lies on ${native.name}, but the device asked for is wasm: move one with to(device)`,
      ),
    );
    await w.to(native);
    expect([...(await add(v, w).data())]).toEqual([4, 6]);
  });

  test("a function follows its variables", async () => {
    const v: Variable = variable([1]);
    let recorded = 0;
    const count = compiled((x: Tensor) => {
      recorded++;
      const next = add(v, x);
      assign(v, next);
      return next;
    });
    for (const device of [native, wasm, wasm, native]) {
      await v.to(device);
      await count(tensor([10]));
    }
    expect([...(await v.read())]).toEqual([41]);
    expect(recorded).toBe(3);
  });
});

test("a device that is closed leaves the numbers on the host", async () => {
  const device = await openDevice("wasm", { threads: 1 });
  const v = variable([1, 2, 3]);
  await v.to(device);
  const double = compiled(() => {
    assign(v, mul(v, 2));
    return [];
  });
  await double();
  await device.close();
  expect([...(await v.read())]).toEqual([2, 4, 6]);
  v.set([5, 5, 5]);
  expect([...(await mul(v, 2).data())]).toEqual([10, 10, 10]); // on another
  await expect(compiled((x: Tensor) => add(x, 1), { device })(tensor([1]))).rejects.toThrow(
    new DeviceError("the device wasm is closed"),
  );
});

test.each([
  ["webgpu", {}, 'openDevice: "webgpu" comes with a later version; there is "native" and "wasm"'],
  ["cuda", {}, 'openDevice: the device is "cuda", expected one of native, avx512, avx2, wasm'],
  ["wasm", { threads: 0 }, "threads: expected a whole number of at least 1, got 0"],
  ["wasm", { megabytes: "8" }, 'megabytes: expected a number of at least 1, got "8"'],
  ["wasm", { memory: 8 }, "openDevice: unknown option `memory`; there is `threads`, `megabytes`"],
])("%s %j is refused", async (name, options, message) => {
  await expect(openDevice(name as "wasm", options as object)).rejects.toThrow(message);
});
