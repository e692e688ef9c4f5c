import { describe, expect, test } from "vitest";
import { data, evaluate, fit, losses, nn, objectives, optim } from "../../src/index.js";
import { trainingProgress } from "../../src/report/progress.js";
import { untilAborted } from "../../src/training/until-aborted.js";

const slow = (ms: number) => ({
  ...{ name: "slow", split: "train", shape: [2, 2, 1] as [number, number, number] },
  ...{ classes: ["a", "b"], length: 12, labels: Uint8Array.from({ length: 12 }, (_, i) => i % 2) },
  async read(places: Int32Array) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return new Uint8Array(4 * places.length);
  },
});

/** The share of the time for which the last step says that data were waited for. */
async function waiting(ms: number): Promise<number> {
  const model = nn.sequential(nn.rescale(), nn.flatten(), nn.dense(2));
  const options = { epochs: 1, batchSize: 2, optimizer: optim.sgd({ lr: 0.1 }), loss: losses.crossEntropy() };
  let share = Number.NaN;
  for await (const event of fit(model, slow(ms), options)) if (event.kind === "step") share = event.waiting;
  return share;
}

test("fit says how much of its time steps waited for data", async () => {
  const share = await waiting(300);
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThanOrEqual(1);
});

test("the progress line says when the data is the brake", () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) } as unknown as NodeJS.WritableStream;
  let time = 0;
  const progress = trainingProgress(1, { stream, now: () => time });
  const step = { kind: "step", epoch: 1, steps: 9, loss: 1, imagesPerSecond: 80 } as const;
  for (const [i, waiting] of [0.2, 0.4].entries()) {
    time += 11_000;
    progress.report({ ...step, step: i + 1, waiting });
  }
  expect(lines).toEqual([
    "epoch 1/1  1/9  loss 1.00  80.0 images/s\n",
    "epoch 1/1  2/9  loss 1.00  80.0 images/s  waiting for data 40 %  1 min 17 s left\n",
  ]);
});

describe("a source that says nothing any more", () => {
  const fields = { x: { shape: [2], dtype: "f32" }, y: { shape: [], dtype: "i32" } } as const;
  /** Of six examples the first few come. */
  const silent = (come: number) =>
    data.stream("silent", {
      fields,
      length: 6,
      from: async function* () {
        for (let i = 0; i < come; i++) yield { x: Float32Array.of(i, 1), y: i % 2 };
        await new Promise(() => {});
      },
    });
  const objective = objectives.classification(losses.crossEntropy(), { inputs: ["x"], target: "y" });
  const network = () => nn.sequential(nn.dense(2));

  test.each([0, 2, 3])("does not hold a training that is aborted, after %i examples", async (come) => {
    const controller = new AbortController();
    const kinds: string[] = [];
    const { signal } = controller;
    const options = { objective, optimizer: optim.sgd({ lr: 0.1 }), epochs: 1, batchSize: 2, signal };
    setTimeout(() => controller.abort(), 500);
    let last: string | undefined;
    for await (const event of fit(network(), silent(come), options)) {
      kinds.push(event.kind);
      if (event.kind === "done") last = event.reason;
    }
    expect(last).toBe("aborted");
    expect(kinds).toEqual([...(come < 2 ? [] : ["step"]), "done"]);
  });

  test("does not hold a measurement that is aborted, which rejects with the signal's reason", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 300);
    const model = network();
    model.build([2], { seed: 1 });
    const { signal } = controller;
    await expect(evaluate(model, silent(3), { objective, batchSize: 2, signal })).rejects.toBe("enough");
    const pictures = { ...slow(0), read: () => new Promise<Uint8Array>(() => {}) };
    const ofPictures = nn.sequential(nn.rescale(), nn.flatten(), nn.dense(2));
    const waiting = evaluate(ofPictures, pictures, { signal: AbortSignal.timeout(300) });
    await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("is closed when it answers after all; what it says then is nobody's business", async () => {
    const controller = new AbortController();
    let [answer, isClosed] = [(): void => {}, false];
    async function* source(): AsyncGenerator<number, void, void> {
      try {
        yield 1;
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        yield 2;
      } finally {
        isClosed = true;
      }
    }
    const found: number[] = [];
    for await (const value of untilAborted(source(), controller.signal)) {
      found.push(value);
      setTimeout(() => controller.abort(), 10);
    }
    expect([found, isClosed]).toEqual([[1], false]);
    answer();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect([found, isClosed]).toEqual([[1], true]);
  });
});
