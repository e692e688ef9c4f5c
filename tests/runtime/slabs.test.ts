/** Variables of a network, what an optimizer remembers, and gradients lie side by side, the last layer first. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import { device as chosen, compile, gradients, nn, optim, sum, tensor } from "../../src/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import type { Given, OutputKind, Running } from "../../src/runtime/device.js";
import { Engine } from "../../src/runtime/engine.js";
import type { TargetName } from "../../src/runtime/machine-choice.js";
import type { Program } from "../../src/runtime/program.js";
import { bytesOf } from "../../src/runtime/storage.js";
import { assign } from "../../src/tensor/compile.js";
import { type Tensor, type Variable, variablesLike } from "../../src/tensor/tensor.js";
import { fit } from "../../src/training/fit.js";
import { collect } from "../training/collected.js";
import { patterns, smallNet } from "../training/patterns.js";
import { type Bucket, bucketsOf } from "./buckets.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Lets go of what nobody holds; finalisers run in tasks of their own. */
async function sweep(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Remembers what it was asked to run last. */
class Watched extends Engine {
  last: { program: Program; given: readonly Given[]; kinds: readonly OutputKind[] } | null = null;

  override run(
    program: Program | Promise<Program>,
    given: readonly Given[],
    kinds: readonly OutputKind[],
  ): Running {
    const made = Promise.resolve(program).then((program) => {
      this.last = { program, given, kinds };
      return program;
    });
    return super.run(made, given, kinds);
  }

  /** The bytes of a place, as they are now. */
  at(address: number, bytes: number): Uint8Array {
    const values = new Uint8Array(bytes);
    this.memory.memory.read(address, values);
    return values;
  }
}

const target = chosen().target as TargetName;
let home: Watched;
const open = (): Watched => {
  home = new Watched({ threads: 2, target });
  return home;
};
afterEach(() => home?.close());

const placeOf = ({ storage }: Variable) => storage.place!;
/** How far each starts behind the first of them. */
const offsets = (variables: Iterable<Variable>): number[] => {
  const places = [...variables].map(placeOf);
  return places.map(({ address }) => address - places.at(-1)!.address);
};

/** In the order in which they were made: of all layers, of all that is remembered of a parameter. */
function expectSideBySide(variables: readonly Variable[]): void {
  const [first] = variables.map(placeOf).slice(-1);
  let address = first.address;
  for (const variable of [...variables].reverse()) {
    const place = placeOf(variable);
    expect(place.slab).toBe(first.slab);
    expect(place.address).toBe(address);
    expect(place.address % 64).toBe(0);
    address += 64 * Math.ceil(bytesOf(variable.storage) / 64);
  }
}

describe("places", () => {
  test("of parameters, of running statistics, and of each thing that an optimizer remembers", async () => {
    const model = smallNet();
    await model.to(open());
    model.build([8, 8, 1]);
    const parameters = [...model.parameters.values()];
    const learner = optim.learner(optim.adam(), model.parameters);
    const step = compile((x: Tensor, y: Tensor, at: optim.StepTensors) => {
      const loss = crossEntropy()(model(x, { training: true, seed: tensor(Int32Array.of(1), []) }), y);
      learner.update(gradients(loss, parameters), at);
      return loss;
    });
    await step(
      tensor(new Float32Array(2 * 64).fill(1), [2, 8, 8, 1]),
      tensor(Int32Array.of(0, 1)),
      optim.stepTensors(0.01, 1),
    );
    expectSideBySide(parameters);
    expectSideBySide([...model.buffers.values()]);
    for (const what of ["mean/", "square/"]) {
      const remembered = [...learner.state].filter(([path]) => path.startsWith(what)).map(([, v]) => v);
      expectSideBySide(remembered);
      expect(offsets(remembered)).toEqual(offsets(parameters));
    }
  });

  test("of more than 25 MB in several slabs, of a larger variable in one of its own", async () => {
    const model = nn.sequential("wide", nn.dense(2000), nn.dense(1500), nn.dense(8000), nn.dense(30));
    await model.to(open());
    model.build([1500], { blank: true });
    await model(tensor(new Float32Array(1500), [1, 1500])).data();
    const slabs = new Map<object, number>();
    for (const variable of model.parameters.values()) {
      const { slab } = placeOf(variable);
      slabs.set(slab, (slabs.get(slab) ?? 0) + 1);
    }
    expect(slabs.size).toBeLessThan(model.parameters.size);
    for (const [slab, count] of slabs)
      if (count > 1) expect((slab as { bytes: number }).bytes).toBeLessThanOrEqual(25 * 2 ** 20 + 512);
    expect(placeOf(model.parameters.get("dense3.weights")!).bytes).toBeGreaterThan(45_000_000);
  });

  test("are free one by one: of a model that was dropped those that nobody holds", async () => {
    open();
    const make = async (): Promise<Variable> => {
      const model = nn.sequential("three", nn.dense(500), nn.dense(400), nn.dense(300));
      await model.to(home);
      model.build([600]);
      await model(tensor(new Float32Array(600), [1, 600])).data();
      return model.parameters.get("dense2.weights")!;
    };
    const held = await make();
    const numbers = await held.data();
    const before = home.memory.usedBytes;
    home.last = null;
    await sweep();
    const freed = 4 * (600 * 500 + 400 * 300 + 500 + 400 + 300);
    expect(before - home.memory.usedBytes).toBeGreaterThanOrEqual(freed);
    expect(before - home.memory.usedBytes).toBeLessThan(freed + 1000);
    expect(await held.data()).toEqual(numbers);
  });

  test("of 1,000 models that were made, trained by a step and dropped, are all free", async () => {
    open();
    const x = tensor(new Float32Array(6).fill(1), [2, 3]);
    const before = home.memory.usedBytes;
    for (let i = 0; i < 1000; i++) {
      const model = nn.sequential(nn.dense(40), nn.dense(1));
      await model.to(home);
      model.build([3], { seed: i });
      const learner = optim.learner(optim.sgd({ lr: 0.01, momentum: 0.9 }), model.parameters);
      const step = compile((at: optim.StepTensors) => {
        const loss = sum(model(x));
        learner.update(gradients(loss, [...model.parameters.values()]), at);
        return loss;
      });
      await step(optim.stepTensors(0.01, 1));
    }
    home.last = null;
    expect(home.memory.usedBytes - before).toBeGreaterThan(10_000);
    for (let k = 0; k < 5; k++) await sweep();
    // What is left: the program.
    expect(home.memory.usedBytes - before).toBeLessThan(10_000);
  });

  test("are found where no piece of memory has room for all", async () => {
    open().setMegabytes(24);
    const model = nn.sequential("four", nn.dense(1000), nn.dense(1000), nn.dense(1000), nn.dense(1000));
    await model.to(home);
    model.build([1000], { blank: true });
    const variables = [...model.parameters.values()];
    for (const [k, variable] of variables.entries())
      variable.set(new Float32Array(variable.size).fill(k + 1));
    // 16 MB where there are 9, something small, and 14.
    const [free, wall] = [9 * 2 ** 20, 64].map((bytes) => home.memory.allocate(bytes));
    home.memory.release(free);
    const sums = await compile(() => variables.map((variable) => sum(variable)))();
    const found = await Promise.all(sums.map((t) => t.item()));
    expect(found).toEqual(variables.map(({ size }, k) => size * (k + 1)));
    expect(new Set(variables.map((variable) => placeOf(variable).slab)).size).toBe(2);
    for (const [k, variable] of variables.entries())
      expect(new Set(await variable.data())).toEqual(new Set([k + 1]));
    home.memory.release(wall);
  });
});

describe("buckets of gradients", () => {
  /** A network whose gradients are assigned to variables, and a function that asks for them as they are. */
  async function prepared() {
    const model = nn.sequential(
      "net",
      nn.conv2d({ filters: 16, kernel: 3, padding: "same" }),
      nn.batchNorm(),
      nn.relu(),
      nn.maxPool2d(2),
      nn.conv2d({ filters: 24, kernel: 3 }),
      nn.relu(),
      nn.flatten(),
      nn.dense(40),
      nn.relu(),
      nn.dense(4),
    );
    await model.to(open());
    model.build([8, 8, 1], { seed: 3 });
    const parameters = [...model.parameters.values()];
    const gathered = variablesLike(model.parameters);
    const lossOf = (x: Tensor, y: Tensor) => crossEntropy()(model(x, { training: true }), y);
    const gather = compile((x: Tensor, y: Tensor) => {
      const loss = lossOf(x, y);
      const into = [...gathered.values()];
      for (const [i, slope] of gradients(loss, parameters).entries()) assign(into[i], slope);
      return loss;
    });
    const ask = compile((x: Tensor, y: Tensor) => gradients(lossOf(x, y), parameters));
    const { images, labels } = patterns(32);
    const x = tensor(
      Float32Array.from(images, (v) => v / 255),
      [32, 8, 8, 1],
    );
    const y = tensor(Int32Array.from(labels));
    return { gathered, gather: () => gather(x, y), ask: () => ask(x, y) };
  }
  const bucketsNow = (gathered: ReadonlyMap<string, Variable>, most?: number): Bucket[] => {
    const { program, given } = home.last!;
    const storages = new Set([...gathered.values()].map(({ storage }) => storage));
    return bucketsOf(program, given, (storage) => storages.has(storage), most);
  };

  test("hold what gradients answers, the last layer's first", async () => {
    // Slopes before a batch normalisation were wrong here: a sum that others need was put off with the updates.
    const { gathered, gather, ask } = await prepared();
    const expected = await Promise.all((await ask()).map((slope) => slope.data()));
    await gather();
    const [all, ...none] = bucketsNow(gathered);
    expect(none).toEqual([]);
    const bytes = home.at(all.slab.address + all.offset, all.bytes);
    let at = 0;
    for (const values of [...expected].reverse()) {
      const found = new Float32Array(bytes.slice(at, at + 4 * values.length).buffer);
      for (const [i, value] of values.entries())
        expect(Math.abs(found[i] - value)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(value)));
      at += 64 * Math.ceil(values.length / 16);
    }
    expect(Math.max(...expected.flatMap((values) => [...values].map(Math.abs)))).toBeGreaterThan(1e-3);
    expect(at).toBeGreaterThanOrEqual(all.bytes);
  });

  test("are complete behind the launch that they name, the first of them long before the last", async () => {
    const { gathered, gather } = await prepared();
    await gather();
    const buckets = bucketsNow(gathered, 8192);
    const contents = buckets.map(({ slab, offset, bytes }) => home.at(slab.address + offset, bytes));
    expect(buckets.length).toBeGreaterThan(3);
    const { program, given, kinds } = home.last!;
    expect(buckets[0].launch).toBeLessThan(program.launches.length - 15);
    expect(buckets.at(-1)!.launch).toBe(program.launches.length - 1);
    for (const [k, { slab, offset, bytes, launch }] of buckets.entries()) {
      for (const variable of gathered.values()) variable.set(new Float32Array(variable.size).fill(7));
      const part = {
        ...program,
        key: `the first ${launch + 1}`,
        launches: program.launches.slice(0, launch + 1),
      };
      await home.run(part, given, kinds).done;
      const numbers = (all: Uint8Array) => new Float32Array(all.slice().buffer);
      // Between variables lie bytes that mean nothing.
      expect(numbers(home.at(slab.address + offset, bytes)).filter((v) => v !== 7)).toEqual(
        numbers(contents[k]).filter((v) => v !== 7),
      );
    }
  });

  test("a training in parts gathers its gradients in such", async () => {
    const model = smallNet();
    await model.to(open());
    const programs = new Set<Program>();
    const buckets: Bucket[] = [];
    const training = fit(model, patterns(32), {
      loss: crossEntropy(),
      optimizer: optim.sgd({ lr: 0.1 }),
      epochs: 1,
      batchSize: 32,
      accumulate: 2,
    });
    const sizes = () => [...model.parameters.values()].map(({ storage }) => storage);
    const run = home.run.bind(home);
    home.run = (program, given, kinds) => {
      const running = run(program, given, kinds);
      void running.done.then(async () => {
        programs.add(await program);
        const own = new Set(sizes());
        const statistics = new Set([...model.buffers.values()].map(({ storage }) => storage));
        buckets.push(...bucketsOf(await program, given, (s) => !own.has(s) && !statistics.has(s)));
      });
      return running;
    };
    await collect(training);
    const span = sizes().reduce((sum, storage) => sum + 64 * Math.ceil(bytesOf(storage) / 64), 0);
    // Two parts and the update, which sets them back to zero.
    expect(buckets.map(({ bytes }) => 64 * Math.ceil(bytes / 64))).toEqual([span, span, span]);
  });
});
