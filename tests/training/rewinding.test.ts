/** A training goes back to where it was, on from there in another way, and all of it through a worker's hands. */
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomShift } from "../../src/data/augment.js";
import { transferOf } from "../../src/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import { adam, adamW, maxNorm, type Optimizer, plateau, rmsprop, sgd } from "../../src/optim/index.js";
import { type Checkpoint, encodeCheckpoint } from "../../src/training/checkpoint.js";
import { type FitOptions, fit } from "../../src/training/fit.js";
import { decodeCheckpoint } from "../../src/training/opened-checkpoint.js";
import type { Training } from "../../src/training/training.js";
import { onEveryTarget } from "../checks/targets.js";
import { weightsOf as numbersOf, timeless, told } from "./collected.js";
import { patterns, smallNet } from "./patterns.js";

const train = patterns(70); // 5 steps of 16, the last of 6
const options = (more: Partial<FitOptions> = {}): FitOptions => ({
  loss: crossEntropy(),
  optimizer: sgd({ lr: 0.02, momentum: 0.9 }),
  validation: patterns(40, { seed: 9 }),
  augment: randomShift(1),
  keepBest: true,
  epochs: 4,
  batchSize: 16,
  seed: 5,
  ...more,
});

interface Walk {
  readonly events: ReturnType<typeof told>[];
  /** Before the first event, and after each. */
  readonly moments: Checkpoint[];
}

/** To the end, with what is between any two events. @param visit may turn round */
async function walk(
  training: Training,
  visit?: (events: number, moments: readonly Checkpoint[]) => Promise<void> | void,
): Promise<Walk> {
  const moments = [await training.checkpoint()];
  const events: ReturnType<typeof told>[] = [];
  for await (const event of training) {
    events.push(told(event));
    moments.push(await training.checkpoint());
    await visit?.(events.length, moments);
  }
  return { events, moments };
}

const bytes = (moments: readonly Checkpoint[]): string[] => moments.map(timeless);

const trainings: { [name: string]: () => Partial<FitOptions> } = {
  "sgd, momentum": () => ({}),
  adam: () => ({ optimizer: adam({ lr: 0.02 }) }),
  "adamW, an average of the weights": () => ({ optimizer: adamW({ lr: 0.02 }), average: { decay: 0.9 } }),
  "rmsprop, in parts": () => ({ optimizer: rmsprop({ lr: 0.002, momentum: 0.5 }), accumulate: 3 }),
  "held and clipped": () => ({ optimizer: maxNorm(adam({ lr: 0.02 }), { norm: 1 }), clipNorm: 0.5 }),
  "a plateau, and patience": () => ({
    schedule: plateau({ lr: 0.02, factor: 0.5, patience: 1, threshold: 0.5 }),
    earlyStopping: { patience: 2, minDelta: 0.3 },
  }),
  "a head that is trained alone": () => ({ trained: (path: string) => path.startsWith("dense") }),
};

onEveryTarget("a training that is rewound goes on as if nothing had happened", () => {
  test.each(Object.keys(trainings))("%s", async (name) => {
    const given = () => options(trainings[name]());
    const whole = await walk(fit(smallNet(), train, given()));
    expect(whole.events.length).toBeGreaterThan(15);
    const training = fit(smallNet(), train, given());
    // From within the third epoch to within the first, from an epoch's end to the first weights, from the end to an epoch.
    const turns = new Map([
      [14, 3],
      [20, 0],
      [20 + whole.events.length, 6],
    ]);
    const back = await walk(training, async (events, moments) => {
      const to = turns.get(events);
      if (to !== undefined) await training.rewind(moments[to]);
    });
    const last = whole.events.length;
    expect(back.events).toEqual([
      ...whole.events.slice(0, 14),
      ...whole.events.slice(3, 9),
      ...whole.events,
      ...whole.events.slice(6),
    ]);
    expect(bytes(back.moments)).toEqual([
      ...bytes(whole.moments.slice(0, 15)),
      ...bytes(whole.moments.slice(4, 10)),
      ...bytes(whole.moments.slice(1)),
      ...bytes(whole.moments.slice(7)),
    ]);
    expect(whole.events[last - 1]).toMatchObject({ kind: "done" });
  });
});

test("branches of one training: each is what a resumed run with its rate is, and the first is left as it was", async () => {
  let rate = 0.02;
  const model = smallNet();
  const training = fit(model, train, options({ schedule: () => rate, epochs: 3 }));
  const ends: string[] = [];
  const at: Checkpoint[] = [];
  for await (const event of training) {
    if (event.kind === "step" && at.length === 0 && event.step === 4) at.push(await training.checkpoint());
    if (event.kind !== "done") continue;
    ends.push(timeless(await training.checkpoint()));
    if (ends.length === 3) break;
    rate = ends.length === 1 ? 0.002 : 0.02;
    await training.rewind(at[0]);
  }
  expect(ends[1]).not.toEqual(ends[0]);
  expect(ends[2]).toEqual(ends[0]);
  for (const [i, lr] of [0.02, 0.002].entries()) {
    const resumed = fit(smallNet(), train, options({ schedule: () => lr, epochs: 3, resume: at[0] }));
    expect(timeless((await walk(resumed)).moments.at(-1)!)).toEqual(ends[i]);
  }
});

describe("in a worker's hands", () => {
  /** Keeps what it is sent, and sends it back on demand, giving it away each time. */
  const keeper = new Worker(
    `const { parentPort } = require("node:worker_threads");
    const kept = new Map();
    parentPort.on("message", ({ name, checkpoint, transfer }) => {
      if (checkpoint) { kept.set(name, { checkpoint, transfer }); parentPort.postMessage("kept"); return; }
      const found = kept.get(name);
      kept.delete(name);
      parentPort.postMessage(found.checkpoint, found.transfer);
      parentPort.postMessage(found.transfer.map((buffer) => buffer.byteLength));
    });`,
    { eval: true },
  );
  const answers: unknown[] = [];
  const waiting: ((answer: unknown) => void)[] = [];
  const answer = <T>(): Promise<T> =>
    new Promise((resolve) => {
      if (answers.length > 0) resolve(answers.shift() as T);
      else waiting.push(resolve as (answer: unknown) => void);
    });
  beforeAll(() => {
    keeper.on("message", (value) => {
      const next = waiting.shift();
      if (next) next(value);
      else answers.push(value);
    });
  });
  afterAll(async () => {
    await keeper.terminate();
  });

  test("checkpoints go there and come back without a copy, and the run goes on from them", async () => {
    const whole = await walk(fit(smallNet(), train, options()));
    const training = fit(smallNet(), train, options());
    const after: string[] = [];
    let events = 0;
    let isBack = false;
    for await (const _ of training) {
      events++;
      if (isBack) after.push(timeless(await training.checkpoint()));
      // After the first epoch the best weights are older ones: the run keeps them when the checkpoint is given away.
      if (!isBack && [4, 6, 9].includes(events)) {
        const checkpoint = await training.checkpoint();
        const transfer = transferOf(checkpoint);
        const [weights] = [...checkpoint.weights.values()];
        keeper.postMessage({ name: events, checkpoint, transfer }, transfer);
        expect(weights.data.length).toBe(0);
        expect(transfer.map(({ byteLength }) => byteLength)).toEqual(transfer.map(() => 0));
        expect(await answer()).toBe("kept");
      }
      if (!isBack && events === 13) {
        keeper.postMessage({ name: 9 });
        const checkpoint = await answer<Checkpoint>();
        expect(await answer<number[]>()).toEqual(transferOf(checkpoint).map(() => 0));
        expect(timeless(checkpoint)).toEqual(timeless(whole.moments[9]));
        await training.rewind(checkpoint);
        isBack = true;
        // The run has taken what it needs of it.
        structuredClone(null, { transfer: transferOf(checkpoint) });
      }
    }
    expect(after).toEqual(bytes(whole.moments.slice(10)));
  });

  test("all of a checkpoint's numbers are in the list, and of a file's bytes none, which are somebody else's", async () => {
    const training = fit(smallNet(), train, options({ average: { decay: 0.9 } }));
    for (let i = 0; i < 8; i++) await training.next();
    const checkpoint = await training.checkpoint();
    await training.return();
    const { optimizerState, average, latest, history } = checkpoint.training!;
    const arrays = [checkpoint.weights, optimizerState, average!, latest!].flatMap((w) =>
      [...w.values()].map(({ data }) => data),
    );
    expect(new Set(transferOf(checkpoint))).toEqual(
      new Set([...arrays, history.losses].map(({ buffer }) => buffer)),
    );
    const file = encodeCheckpoint(checkpoint);
    const read = decodeCheckpoint(file, "file");
    expect(transferOf(read)).not.toContain(file.buffer);
    structuredClone(read, { transfer: transferOf(read) });
    expect(timeless(decodeCheckpoint(file, "file"))).toEqual(timeless(checkpoint));
  });
});

describe("what is asked while a step is made", () => {
  test("comes behind it, in the order of asking", async () => {
    const whole = await walk(fit(smallNet(), train, options()));
    const training = fit(smallNet(), train, options());
    const asked = [
      training.next(),
      training.checkpoint(),
      training.next(),
      training.checkpoint(),
      training.checkpoint().then((checkpoint) => training.rewind(checkpoint)),
    ] as const;
    const [, first, , second] = await Promise.all(asked);
    expect(bytes([first, second])).toEqual(bytes(whole.moments.slice(1, 3)));
    await training.next();
    expect(timeless(await training.checkpoint())).toEqual(timeless(whole.moments[3]));
    await training.return();
  });

  test("and from within what the run itself waits for", async () => {
    const whole = await walk(fit(smallNet(), train, options({ epochs: 2 })));
    const asked: Checkpoint[] = [];
    let turned = false;
    const training: Training = fit(
      smallNet(),
      train,
      options({
        epochs: 2,
        checkpoint: {
          every: 3,
          save: async (checkpoint) => {
            const now = await training.checkpoint();
            expect(timeless(now)).toEqual(timeless(checkpoint));
            asked.push(now);
            if (asked.length !== 2) return;
            turned = true;
            await training.rewind(asked[0]);
          },
        },
      }),
    );
    const steps: unknown[] = [];
    for await (const event of training) steps.push(told(event));
    expect(turned).toBe(true);
    // The second time is in step 6, the first of the second epoch.
    expect(steps).toEqual([...whole.events.slice(0, 7), ...whole.events.slice(3)]);
  });

  test("and where the function that asked does not wait for it", async () => {
    const whole = await walk(fit(smallNet(), train, options({ epochs: 2 })));
    let [earlier, turned]: [Checkpoint | undefined, boolean] = [undefined, false];
    const training: Training = fit(
      smallNet(),
      train,
      options({
        epochs: 2,
        checkpoint: {
          every: 3,
          save(checkpoint) {
            earlier ??= checkpoint;
            if (earlier === checkpoint || turned) return;
            turned = true;
            void training.rewind(earlier);
          },
        },
      }),
    );
    const steps: unknown[] = [];
    for await (const event of training) steps.push(told(event));
    expect(turned).toBe(true);
    expect(steps).toEqual([...whole.events.slice(0, 7), ...whole.events.slice(3)]);
  });
});

describe("what cannot be", () => {
  const moment = async (more: Partial<FitOptions> = {}, net = smallNet()): Promise<Checkpoint> => {
    const training = fit(net, train, options(more));
    await training.next();
    const checkpoint = await training.checkpoint();
    await training.return();
    return checkpoint;
  };

  test.each([
    [
      { seed: 6 },
      "rewind: the seed of the checkpoint is 6, that of this run 5; begin a new run to change it",
    ],
    [
      { optimizer: adam() },
      "rewind: the optimizer of the checkpoint is adam, that of this run sgd; begin a new run to change it",
    ],
    [
      { optimizer: sgd({ lr: 0.1 }) as Optimizer },
      "the checkpoint's optimizer has no momentum/conv1.filters, that of small expects it as 3×3×1×24",
    ],
  ])("a checkpoint of another run: %o", async (more, message) => {
    const model = smallNet();
    const training = fit(model, train, options());
    await training.next();
    const before = await numbersOf(model);
    await expect(training.rewind(await moment(more))).rejects.toThrow(message);
    // Nothing is changed, and the training goes on.
    expect(await numbersOf(model)).toEqual(before);
    expect((await training.next()).value).toMatchObject({ kind: "step", step: 2 });
    await training.return();
  });

  test("a training that is over says how to go on, and where it stands still", async () => {
    const training = fit(smallNet(), train, options({ epochs: 1, keepBest: false }));
    const { moments } = await walk(training);
    await expect(training.rewind(moments[2])).rejects.toThrow(
      "rewind: the training is over; fit with `resume` goes on from a checkpoint",
    );
    expect(timeless(await training.checkpoint())).toEqual(timeless(moments.at(-1)!));
    expect(await training.next()).toEqual({ done: true, value: undefined });
  });

  test("a training whose loss is no longer a number", async () => {
    const training = fit(smallNet(), train, options({ optimizer: sgd({ lr: 1e30 }) }));
    await expect(walk(training)).rejects.toThrow(/became/);
    await expect(training.checkpoint()).rejects.toThrow(
      "checkpoint: the training has failed; an earlier checkpoint goes on",
    );
  });

  test("options that are wrong are so for all that is asked", async () => {
    const training = fit(smallNet(), train, options({ epochs: 0 }));
    const message = "fit: epochs is 0, expected a whole number from 1 on";
    await expect(training.checkpoint()).rejects.toThrow(message);
    await expect(training.next()).rejects.toThrow(message);
    expect(await training.next()).toEqual({ done: true, value: undefined });
  });
});
