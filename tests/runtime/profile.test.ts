import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Dataset,
  type Device,
  fit,
  losses,
  nn,
  openDevice,
  optim,
  profile,
  type Trace,
} from "../../src/index.js";
import { matmul, relu, sum } from "../../src/ops/index.js";
import { recording } from "../../src/runtime/recording.js";
import { tensor } from "../../src/tensor/creation.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { compiled } from "../checks/compiled.js";

process.env.RECEPTIVE_DEBUG = "share"; // every launch, however small

const set: Dataset = {
  name: "waves",
  split: "train",
  shape: [12, 12, 1],
  classes: [..."0123456789"],
  length: 40,
  images: Uint8Array.from({ length: 40 * 144 }, (_, i) => 127 * (1 + Math.sin((i * ((i / 144) | 0)) / 7))),
  labels: Uint8Array.from({ length: 40 }, (_, i) => i % 10),
};

const spansOf = ({ traceEvents }: Trace, kind?: string) =>
  traceEvents
    .filter(({ ph, cat }) => ph === "X" && (!kind || cat === kind))
    .map(({ name, tid, ts, dur }) => ({ name, tid, from: ts!, to: ts! + dur! }));

describe.each(["native", "wasm"] as const)("a profile on %s", (name) => {
  let device: Device | null = null;
  beforeAll(async () => {
    device = await openDevice(name, { threads: 2 }).catch(() => null); // no machine code here
  });
  afterAll(() => device?.close());

  async function trained(take: <T>(f: () => Promise<T>) => Promise<T>) {
    const model = nn.sequential(nn.conv2d({ filters: 4, kernel: 3 }), nn.relu(), nn.flatten(), nn.dense(10));
    await model.to(device!);
    await take(async () => {
      const options = { loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 0.05 }), epochs: 2 };
      for await (const event of fit(model, set, { ...options, batchSize: 10, seed: 1 })) void event;
    });
    return [...(await model.parameters.get("conv1.filters")!.read())];
  }

  test("names each launch on each thread, the waits between them, and what was compiled", async () => {
    if (!device) return;
    let trace: Trace | undefined;
    const weights = await trained(async (f) => {
      const taken = await profile(f);
      trace = taken.trace;
      return taken.result;
    });
    // A trace is JSON, of whole events.
    const { traceEvents } = JSON.parse(JSON.stringify(trace)) as Trace;
    for (const { ph, ts, dur } of traceEvents)
      if (ph === "X") expect([Number.isFinite(ts), dur! >= 0]).toEqual([true, true]);
    const threads = traceEvents.filter((event) => event.name === "thread_name").map(({ args }) => args!.name);
    expect(threads).toEqual(["calling thread", "thread 0", "thread 1"]);

    const launches = spansOf(trace!, "launch");
    expect(launches.some(({ name }) => /^conv2d 3×3×1→4 \+ .*relu/.test(name))).toBe(true);
    // Each launch of a layer names it, forward, backward and where its numbers are updated.
    const layers = new Set(
      traceEvents.flatMap(({ cat, args }) =>
        cat === "launch" && args ? String(args.layers).split(/, (?!backward|update)/) : [],
      ),
    );
    for (const layer of [
      "conv1",
      "dense1",
      "loss",
      "conv1, backward",
      "dense1, backward",
      "conv1.filters, update",
    ])
      expect([...layers]).toContain(layer);
    expect(launches.some(({ name }) => /^conv2d 3×3×1→4 .* · conv1/.test(name))).toBe(true);
    for (const tid of [1, 2]) {
      const mine = [...launches, ...spansOf(trace!, "wait")].filter((span) => span.tid === tid);
      expect(mine.filter((span) => span.name.startsWith("conv2d 3×3×1→4")).length).toBeGreaterThanOrEqual(8); // steps
      mine.sort((a, b) => a.from - b.from);
      mine.slice(1).forEach((span, i) => {
        expect(span.from).toBeGreaterThanOrEqual(mine[i].to - 1); // µs
      });
    }
    // What the threads did, they did during a run.
    const runs = spansOf(trace!, "run");
    for (const { from, to } of launches)
      expect(runs.some((run) => from > run.from - 100 && to < run.to + 100)).toBe(true);
    expect(spansOf(trace!, "compile").length).toBeGreaterThan(0);
    expect(spansOf(trace!, "emit").length).toBeGreaterThan(0);
    // The same numbers as without, before or after.
    expect(await trained((f) => f())).toEqual(weights);
  });

  test("ends with its function, however that ends", async () => {
    if (!device) return;
    const f = compiled((x: Tensor) => sum(relu(matmul(x, x))), { device });
    const x = tensor(new Float32Array(64 * 64).fill(1), [64, 64]);
    const plain = await f(x);
    const { result, trace } = await profile(() => f(x));
    expect(result).toEqual(plain);
    expect(spansOf(trace, "launch").length).toBeGreaterThan(0);
    await expect(profile(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(recording()).toBeNull();
    await expect(profile(() => profile(() => f(x)))).rejects.toThrow(
      new TypeError("profile: another profile is being taken"),
    );
    expect(recording()).toBeNull();
    expect(await f(x)).toEqual(plain);
  });
});
