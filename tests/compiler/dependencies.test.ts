/** What launches wait for is what they have to wait for, and no order that heeds it changes a bit. */
import fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import * as receptive from "../../src/index.js";
import { theEngine } from "../../src/runtime/devices.js";
import type { Program, ProgramLaunch } from "../../src/runtime/program.js";
import { assign, compile } from "../../src/tensor/compile.js";
import { type Tensor, type Variable, variable } from "../../src/tensor/tensor.js";
import { generator } from "../checks/random.js";
import { type Touched, touchedBy } from "../checks/touched.js";
import { type Drawing, drawings, inputsOf, tensorsOf } from "./random-graphs.js";

process.env.RECEPTIVE_DEBUG = "share"; // every launch, however small
const { configure, nn, optim } = receptive;
afterAll(() => configure({ threads: 1 }));

const seed = Number(process.env.RECEPTIVE_SEED ?? 20_261_127);
const graphs = Number(process.env.RECEPTIVE_GRAPHS ?? 60);
/** Unless asked for more, a machine that is busy looks at fewer. */
const patience = process.env.RECEPTIVE_GRAPHS ? Number.POSITIVE_INFINITY : 15_000;
const timeout = process.env.RECEPTIVE_GRAPHS ? 3_600_000 : 60_000;

/** @throws Error where a launch touches what another does that may run at the same time */
function checkDependencies(launches: readonly ProgramLaunch[], lanes: number): void {
  const before: Set<number>[] = [];
  launches.forEach(({ after }, i) => {
    const all = new Set<number>();
    for (const other of after) {
      if (!(other < i)) throw new Error(`launch ${i} waits for ${other}, which comes later`);
      all.add(other);
      for (const earlier of before[other]) all.add(earlier);
    }
    before.push(all);
  });
  const touched: Touched[] = launches.map((launch) => touchedBy(launch, lanes));
  const writers = new Map<string, number>();
  const readers = new Map<string, Set<number>>();
  touched.forEach(({ reads, writes }, i) => {
    const waits = (other: number | undefined, place: string): void => {
      if (other === undefined || other === i || before[i].has(other)) return;
      throw new Error(
        `${launches[i].name} (${i}) does not wait for ${launches[other].name} (${other}), and both touch ${place}`,
      );
    };
    for (const place of reads) {
      waits(writers.get(place), place);
      readers.set(place, (readers.get(place) ?? new Set()).add(i));
    }
    for (const place of writes) {
      waits(writers.get(place), place);
      for (const reader of readers.get(place) ?? []) waits(reader, place);
      writers.set(place, i);
      readers.delete(place);
    }
  });
}

/** The same launches in another order that heeds what they wait for. */
function shuffled(launches: readonly ProgramLaunch[], draw: () => number): ProgramLaunch[] {
  const places = new Map<number, number>();
  const waiting = new Set(launches.keys());
  const order: ProgramLaunch[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter((i) => launches[i].after.every((other) => places.has(other)));
    const next = ready[Math.floor(draw() * ready.length)];
    waiting.delete(next);
    places.set(next, order.length);
    order.push({ ...launches[next], after: launches[next].after.map((other) => places.get(other)!) });
  }
  return order;
}

type Step = () => Promise<readonly Tensor[]>;

/** The program that a step runs. */
async function programOf(step: Step): Promise<Program> {
  const engine = theEngine();
  const run = vi.spyOn(engine, "run");
  await step();
  const program = await run.mock.calls.at(-1)![0];
  run.mockRestore();
  return program;
}

/** The bits that a step leaves, its launches in the order of the given program. */
async function bitsAfter(
  step: Step,
  program: Program,
  variables: readonly Variable[],
  start: readonly Float32Array[],
): Promise<Int32Array[]> {
  const engine = theEngine();
  const run = engine.run.bind(engine);
  const spy = vi.spyOn(engine, "run").mockImplementation((_, given, kinds) => run(program, given, kinds));
  const from = async (values: readonly Float32Array[]): Promise<Int32Array[]> => {
    variables.forEach((held, i) => {
      held.set(values[i].slice());
    });
    const results = [...(await step()), ...variables];
    return Promise.all(
      results.map(async (t) => new Int32Array(Float32Array.from((await t.data()) as Float32Array).buffer)),
    );
  };
  try {
    // What lies in the memory is of other numbers: whoever reads it too early gets these.
    await from(start.map((values) => values.map((v) => 3 * v - 1)));
    return await from(start);
  } finally {
    spy.mockRestore();
  }
}

async function checkStep(step: Step, variables: readonly Variable[], draw: () => number): Promise<void> {
  const start = await Promise.all(variables.map(async (held) => (await held.data()).slice() as Float32Array));
  await configure({ threads: 1 });
  const program = await programOf(step);
  const { lanes } = theEngine().target;
  for (const stage of [program.preparation, program.launches]) checkDependencies(stage, lanes);
  const expected = await bitsAfter(step, program, variables, start);
  for (const threads of [1, 2, 3]) {
    await configure({ threads });
    const other = {
      ...program,
      preparation: shuffled(program.preparation, draw),
      launches: shuffled(program.launches, draw),
    };
    expect(await bitsAfter(step, other, variables, start)).toEqual(expected);
    expect(await bitsAfter(step, program, variables, start)).toEqual(expected);
  }
}

/** Looks at so many graphs, one after the other. */
function ofGraphs(numRuns: number, longest: number, check: (drawing: Drawing) => Promise<void>) {
  const until = performance.now() + patience;
  const property = fc.asyncProperty(drawings(longest), async (drawing) => {
    if (performance.now() < until) await check(drawing);
  });
  return fc.assert(property, { numRuns, seed });
}

const variablesOf = (drawing: Drawing): Variable[] =>
  inputsOf(drawing).map(({ data, shape }) => variable(Float32Array.from(data), [...shape]));

test("of random graphs that change their variables", { timeout }, () =>
  ofGraphs(graphs, 10, async (drawing) => {
    const draw = generator(drawing.seed);
    const variables = variablesOf(drawing);
    const step = compile(() => {
      const values = tensorsOf(drawing, variables, false);
      for (const target of variables) {
        const fit = [...variables, ...values].filter(
          ({ shape, type }) => type === "f32" && String(shape) === String(target.shape),
        );
        assign(target, fit[Math.floor(draw() * fit.length)]);
      }
      return values.slice(-2);
    });
    await checkStep(step, variables, draw);
  }),
);

test("of random graphs that go down their slope", { timeout }, () =>
  ofGraphs(Math.ceil(graphs / 2), 8, async (drawing) => {
    const variables = variablesOf(drawing);
    const step = compile(() => {
      const values = tensorsOf(drawing, variables, true);
      const loss = receptive.sum(values.at(-1) ?? variables[0]);
      const slopes = receptive.gradients(loss, variables);
      slopes.forEach((slope, i) => {
        assign(variables[i], receptive.sub(variables[i], receptive.mul(slope, 0.1)));
      });
      return [loss];
    });
    await checkStep(step, variables, generator(drawing.seed));
  }),
);

test("of a gradient between the zeros of what a slice leaves out", { timeout }, async () => {
  const held = variable(
    Float32Array.from({ length: 63 }, (_, i) => Math.sin(i)),
    [7, 9],
  );
  const step = compile(() => {
    const loss = receptive.sum(receptive.square(receptive.slice(held, [0, 1], [7, 9], [2, 3])));
    assign(held, receptive.sub(held, receptive.tanh(receptive.gradients(loss, [held])[0])));
    return [loss];
  });
  await checkStep(step, [held], generator(1));
});

test("of rows that are changed where they lie", { timeout }, async () => {
  const vectors = variable(
    Float32Array.from({ length: 70 }, (_, i) => Math.sin(i)),
    [10, 7],
  );
  const learner = optim.learner(
    optim.lazyRows(optim.adam({ lr: 0.1 }), { only: ["vectors"] }),
    new Map([["vectors", vectors]]),
  );
  const numbers = receptive.tensor(Int32Array.of(3, 9, 3, 0, 12));
  const run = compile((at: receptive.optim.StepTensors) => {
    const looked = receptive.gather(vectors, numbers);
    learner.update(receptive.gradients(receptive.sum(receptive.tanh(looked)), [vectors]), at);
    return [looked, receptive.sum(vectors)];
  });
  const variables = [vectors, ...learner.state.values()];
  await checkStep(() => run(optim.stepTensors(0.1, 1)), variables, generator(3));
});

describe("of a network that is trained", () => {
  const conv = (filters: number): receptive.Layer =>
    nn.conv2d({ filters, kernel: 3, padding: "same", bias: false });
  const block = (): receptive.Layer =>
    nn.residual([conv(6), nn.batchNorm(), nn.relu(), conv(6), nn.batchNorm()]);
  const network = (): receptive.Model =>
    nn.sequential(
      nn.conv2d({ filters: 6, kernel: 5, stride: 2, padding: "same" }),
      nn.relu(),
      nn.maxPool2d(2),
      block(),
      nn.relu(),
      block(),
      nn.flatten(),
      nn.dense(5),
    );

  test.each([
    ["sgd", optim.sgd({ lr: 0.1, momentum: 0.9 })],
    ["adam", optim.adam()],
    ["sgd, its gradient clipped", optim.clipNorm(optim.sgd({ lr: 0.1, momentum: 0.9 }), { norm: 0.1 })],
  ] as const)("with %s", { timeout: 120_000 }, async (_, optimizer) => {
    const model = network();
    model.build([20, 20, 3]);
    const learner = optim.learner(optimizer, model.parameters);
    const images = receptive.random.normal([3, 20, 20, 3], { seed: 1 });
    await images.data();
    const run = compile((x: Tensor, at: receptive.optim.StepTensors) => {
      const loss = receptive.mean(receptive.square(model(x, { training: true })));
      learner.update(receptive.gradients(loss, [...model.parameters.values()]), at);
      return [loss];
    });
    const variables = [...model.parameters.values(), ...model.buffers.values(), ...learner.state.values()];
    await checkStep(() => run(images, optim.stepTensors(0.1, 1)), variables, generator(7));
  });

  test("and of one that predicts", { timeout: 120_000 }, async () => {
    const model = network();
    model.build([20, 20, 3]);
    const images = receptive.random.normal([3, 20, 20, 3], { seed: 1 });
    await images.data();
    const run = compile((x: Tensor) => [model(x)]);
    const variables = [...model.parameters.values(), ...model.buffers.values()];
    await checkStep(() => run(images), variables, generator(7));
  });
});
