/** Pictures while they become: what each method shows is what it would have answered by then. */
import { describe, expect, test } from "vitest";
import { explain, nn, random, type Tensor } from "../../src/index.js";

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
