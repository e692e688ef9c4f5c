/** Pictures while they become: what each method shows is what it would have answered by then. */
import { describe, expect, test } from "vitest";
import { compute, explain, nn, predict, random, type Tensor, tensor } from "../../src/index.js";

const model = nn.sequential(
  "net",
  nn.conv2d({ filters: 4, kernel: 3, padding: "same" }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.conv2d({ filters: 4, kernel: 3, padding: "same" }),
  nn.relu(),
  nn.flatten(),
  nn.dense(3),
);
model.build([8, 8, 3], { seed: 2 });
const photo = random.uniform([1, 12, 12, 3], { seed: 1, max: 255 });

interface Options {
  onFrame?: (frame: explain.Frame) => void;
  frameEvery?: number;
  stop?: AbortSignal;
}
/** Each in six steps, answering its pictures. */
const methods: { [name: string]: (options: Options) => Promise<Tensor> } = {
  activationMaximisation: async (o) =>
    (await explain.activationMaximisation(model, { target: [0, 2], steps: 6, ...o })).images,
  foolingImages: async (o) =>
    (await explain.foolingImages(model, { steps: 6, confidence: 1, step: 0.001, ...o })).images,
  evolvedImages: async (o) =>
    (await explain.evolvedImages(model, { generations: 6, children: 5, confidence: 1, ...o })).images,
  deepDream: (o) =>
    explain.deepDream(model, photo, { layer: "conv2", octaves: 1, iterations: 6, jitter: 0, ...o }),
  "style by Adam": async (o) =>
    (await explain.style(model, photo, photo, { content: ["conv2"], style: ["conv1"], iterations: 6, ...o }))
      .pixels,
};

describe.each(Object.entries(methods))("%s", (_, run) => {
  test("shows every step, of which the last is the answer, and is not changed by it", async () => {
    const frames: explain.Frame[] = [];
    const answer = await run({ onFrame: (frame) => void frames.push(frame) });
    expect(frames.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(frames.every(({ steps }) => steps === 6)).toBe(true);
    expect(frames.every(({ scores, pixels }) => scores.length === pixels.shape[0])).toBe(true);
    expect(frames.every(({ scores }) => scores.every(Number.isFinite))).toBe(true);
    expect(frames[5].pixels.shape).toEqual(answer.shape);
    expect(frames[5].pixels.values).toEqual(answer.values);
    expect((await run({})).values).toEqual(answer.values);
  });

  test("shows every third, and keeps that at which it was stopped", async () => {
    const stopping = new AbortController();
    const frames: explain.Frame[] = [];
    const answer = await run({
      frameEvery: 3,
      stop: stopping.signal,
      onFrame(frame) {
        frames.push(frame);
        stopping.abort();
      },
    });
    expect(frames.map(({ step }) => step)).toEqual([3]);
    const distances = frames[0].pixels.values!.map((v, i) => Math.abs(v - answer.values![i]));
    expect(Math.max(...distances)).toBeLessThan(1e-3); // a dream is added to the photograph anew
  });

  test("fails as the one who looks does", async () => {
    const looks = (): void => {
      throw new Error("no screen");
    };
    await expect(run({ onFrame: looks })).rejects.toThrow("no screen");
  });
});

test("a style's loss is the sum of its three parts, as the next iteration finds them", async () => {
  const frames: explain.StyleFrame[] = [];
  const how = { content: ["conv2"], style: ["conv1"], iterations: 4 };
  await explain.style(model, photo, random.uniform([1, 12, 12, 3], { seed: 9, max: 255 }), {
    ...how,
    onFrame: (frame) => void frames.push(frame),
  });
  for (let i = 1; i < 4; i++) {
    const { content, manner, variation } = frames[i - 1];
    expect(content + manner + variation).toBeCloseTo(frames[i].scores[0], 4);
  }
});

describe("fooling that begins with a picture", () => {
  const from = random.uniform([1, 8, 8, 3], { seed: 3, max: 255 });

  test("changes a pixel by the step on average, until the model is sure; of what is read already nothing", async () => {
    const [reading] = await predict(
      model,
      await compute([from]).then(([v]) => tensor(Uint8Array.from(v), [1, 8, 8, 3])),
    );
    const read = reading.indexOf(Math.max(...reading));
    const other = (read + 1) % 3;
    const one = await explain.foolingImages(model, {
      classes: [other],
      from,
      steps: 1,
      step: 0.01,
      confidence: 1,
    });
    const changes = Array.from(one.images.values!, (v, i) => Math.abs(v - from.values![i]));
    // Held within the range: the mean is less than the step by what was cut off.
    const mean = changes.reduce((a, b) => a + b, 0) / changes.length;
    expect(mean).toBeGreaterThan(1.5);
    expect(mean).toBeLessThan(2.551);
    const whole = await explain.foolingImages(model, { classes: [other], from, confidence: 0.9 });
    expect(whole.confidences[0]).toBeGreaterThanOrEqual(0.9);
    const nothing = await explain.foolingImages(model, {
      classes: [read],
      from,
      confidence: reading[read] / 2,
    });
    expect(nothing.steps).toBe(0);
    expect(nothing.images.values!.every((v, i) => Math.abs(v - from.values![i]) < 1e-3)).toBe(true);
  });

  test("of each class its own, or one for all; no other number of pictures", async () => {
    const { images } = await explain.foolingImages(model, { from, steps: 1 });
    expect(images.shape).toEqual([3, 8, 8, 3]);
    await expect(
      explain.foolingImages(model, { classes: [0, 1, 2], from: random.uniform([2, 8, 8, 3], { seed: 1 }) }),
    ).rejects.toThrow("foolingImages: from is 2×8×8×3, net expects 1×8×8×3 or 3×8×8×3");
  });
});
