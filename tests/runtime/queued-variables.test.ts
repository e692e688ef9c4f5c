import { setImmediate } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import {
  add,
  assign,
  configure,
  type Dataset,
  fit,
  losses,
  mul,
  nn,
  optim,
  variable,
} from "../../src/index.js";
import { compiled } from "../checks/compiled.js";

process.env.RECEPTIVE_DEBUG = "share"; // every launch, however small
afterAll(() => configure({ threads: 1 }));

/** Pictures of noise, of two classes. */
function noise(count: number): Dataset {
  const bytes = (size: number, factor: number) =>
    Uint8Array.from({ length: size }, (_, i) => (i * factor) >> 3);
  return {
    name: "noise",
    split: "train",
    shape: [16, 16, 1],
    classes: ["even", "odd"],
    length: count,
    images: bytes(count * 256, 2654435761),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
  };
}

/** FNV-1a over the numbers' bits. */
function hash(values: ArrayLike<number>): number {
  const words = new Uint32Array((values as Float32Array).slice().buffer);
  let h = 2166136261;
  for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i], 16777619);
  return h;
}

/** Trains the same network on two threads; its first layer's weights, and the events. */
function training() {
  const model = nn.sequential(nn.flatten(), nn.dense(64), nn.relu(), nn.dense(2));
  model.build([16, 16, 1], { seed: 1 });
  const options = { loss: losses.crossEntropy(), optimizer: optim.adam({ lr: 0.01 }), epochs: 10_000 };
  const events = fit(model, noise(64), { ...options, batchSize: 16, seed: 1 });
  return { weights: model.parameters.get("dense1.weights")!, events };
}

test("10,000 reads of weights during a training on two threads see no half-updated ones", async () => {
  await configure({ threads: 2 });
  const { weights, events } = training();
  const seen: number[] = [];
  let steps = 0;
  const reading = (async () => {
    while (seen.length < 10_000) {
      for (const values of await Promise.all(Array.from({ length: 20 }, () => weights.read())))
        seen.push(hash(values));
      await setImmediate();
    }
  })();
  for await (const { kind } of events) {
    if (kind === "step") steps++;
    if (seen.length >= 10_000 && steps >= 100) break;
  }
  await reading;
  expect(steps).toBeLessThan(10_000);

  // The same training once more, its weights read between the steps only.
  const again = training();
  const known = new Set([hash(await again.weights.read())]);
  for await (const { kind } of again.events) {
    if (kind !== "step") continue;
    known.add(hash(await again.weights.read()));
    if (known.size > steps) break;
  }
  expect(seen.filter((read) => !known.has(read)).length).toBe(0);
  expect(new Set(seen).size).toBeGreaterThan(50); // the reads were spread over the training
});

test("numbers that are set during a run are those of no half-written variable", async () => {
  await configure({ threads: 2 });
  const size = 2 ** 18;
  const v = variable(new Float32Array(size));
  const count = compiled(() => {
    assign(v, add(v, 1));
    return [];
  });
  let uneven = 0;
  for (let i = 0; i < 40; i++) {
    const runs = [count(), count()];
    await setImmediate(); // the first run is under way
    v.set(new Float32Array(size).fill(1000 * i));
    runs.push(count());
    const values = await v.read();
    if (values.some((value) => value !== values[0])) uneven++;
    expect(values[0]).toBe(1000 * i + 1);
    await Promise.all(runs);
  }
  expect(uneven).toBe(0);
});

test("what is set before a run asked for earlier has run is seen by those asked for later alone", async () => {
  const v = variable([1]);
  const twice = compiled(() => mul(v, 2));
  const runs = [twice()];
  v.set([5]);
  runs.push(twice());
  expect((await Promise.all(runs)).map(([value]) => value)).toEqual([2, 10]);
});
